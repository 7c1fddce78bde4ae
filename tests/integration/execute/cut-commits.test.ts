import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { executeGraph } from "../../../runner/execute/execute-graph.ts";
import type { ExecutionAction, ExecutionGraph } from "../../../runner/plan/execution-graph.ts";
import { type HeldMessage, startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

/** What happens to the next commit that a session sends, at which of its messages. */
interface Cut {
  /** `P`: the one that brings the statement. `S`: the one after which the server answers. */
  type: "P" | "S";
  act: (message: HeldMessage) => Promise<void> | void;
}

const cuts: Record<string, Cut> = {
  "before the server hears of it": { type: "P", act: ({ cut }) => cut() },
  "when it is done and before the answer": {
    type: "S",
    act: async ({ forwardAndHush, cut }) => {
      await forwardAndHush();
      cut();
    },
  },
};

/** Adds a row to the n-th table. */
const append = (n: number): ExecutionAction => ({
  target: { schema: "public", name: `log_${n}` },
  ...{ type: "incremental", fileName: "log.sqlx", tags: [], disabled: false },
  dependencyTargets: [],
  tasks: [
    {
      ...{ type: "publish", strategy: "append", uniqueKey: [], onSchemaChange: "FAIL" },
      statement: `select ${n} as n`,
    },
  ],
});

describe.each(anyServer())("a connection that is cut at its commit on $name", (server) => {
  const wanted = Array.from({ length: propertyRuns(10) }, (_, n) => n);
  let direct: Database;
  let database: Database;
  let cut: Cut;
  let isCut: Set<number>;

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    isCut = new Set();
    // By server process: the row that it is to write, and those whose statement is the commit.
    const rows = new Map<number | undefined, number>();
    const committing = new Set<number | undefined>();
    const proxy = await startFaultProxy(url, async (message) => {
      const { type, text, processId, forward } = message;
      const [, n] = /select (\d+) as n/.exec(text) ?? [];
      if (n !== undefined) rows.set(processId, Number(n));
      if (type === "P") committing.delete(processId);
      if (type === "P" && /^P....\0commit\0/s.test(text)) committing.add(processId);
      const row = rows.get(processId) ?? -1;
      const isNext = committing.has(processId) && type === cut.type && row >= 0 && !isCut.has(row);
      if (!isNext) return forward();
      isCut.add(row);
      await cut.act(message);
    });
    direct = await openUrl(url);
    database = await openUrl(proxy.url);
    for (const n of wanted) await direct.query(`create table public.log_${n} (n int)`);
    return async () => {
      proxy.close();
      await drop();
    };
  });

  const run = async () => {
    const notices: string[] = [];
    const graph: ExecutionGraph = { schemas: [], actions: wanted.map(append) };
    const { actions } = await executeGraph(graph, database, {
      ...{ runId: "r", threads: 10, now: Date.now },
      listener: (event) => {
        if (event.type === "notice") notices.push(event.message);
      },
    });
    return { statuses: actions.map(({ status }) => status), notices };
  };
  const rows = async () => {
    const all = wanted.map((n) => `select n from public.log_${n}`).join(" union all ");
    return (await direct.query(`${all} order by n`)).rows.flat();
  };

  it.each(Object.entries(cuts))("writes each row once, %s", async (_, wantedCut) => {
    cut = wantedCut;
    const { statuses, notices } = await run();
    expect(statuses).toEqual(wanted.map(() => "successful"));
    expect(isCut.size).toBe(wanted.length);
    expect(await rows()).toEqual(wanted.map(String));
    expect(notices).toHaveLength(wanted.length);
  });
});
