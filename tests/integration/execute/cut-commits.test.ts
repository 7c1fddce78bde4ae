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

const append = (target: ExecutionAction["target"], n: number): ExecutionGraph => ({
  schemas: [],
  actions: [
    {
      ...{ target, type: "incremental", fileName: "log.sqlx", tags: [], disabled: false },
      dependencyTargets: [],
      tasks: [
        {
          ...{ type: "publish", strategy: "append", uniqueKey: [], onSchemaChange: "FAIL" },
          statement: `select ${n} as n`,
        },
      ],
    },
  ],
});

describe.each(anyServer())("a connection that is cut at its commit on $name", (server) => {
  let direct: Database;
  let database: Database;
  let next: Cut | undefined;
  const notices: string[] = [];

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    let isCommitting = false;
    const proxy = await startFaultProxy(url, async (message) => {
      if (message.type === "P") isCommitting = /^P....\0commit\0/s.test(message.text);
      if (!isCommitting || message.type !== next?.type) return message.forward();
      const cut = next;
      [next, isCommitting] = [undefined, false];
      await cut.act(message);
    });
    direct = await openUrl(url);
    database = await openUrl(proxy.url);
    await direct.query("create table public.log (n int)");
    notices.length = 0;
    return async () => {
      proxy.close();
      await drop();
    };
  });

  const run = async (n: number, retryLimit?: number) => {
    const graph = append({ schema: "public", name: "log" }, n);
    const { actions } = await executeGraph(graph, database, {
      ...{ runId: "r", threads: 1, now: Date.now, retryLimit },
      listener: (event) => {
        if (event.type === "notice") notices.push(event.message);
      },
    });
    return actions[0];
  };
  const rows = async () => (await direct.query("select n from public.log order by n")).rows.flat();

  it.each(Object.entries(cuts))("writes each row once, %s", async (_, cut) => {
    const wanted = Array.from({ length: propertyRuns(10) }, (_, n) => n);
    for (const n of wanted) {
      next = cut;
      expect(await run(n)).toMatchObject({ status: "successful" });
      expect(next).toBeUndefined();
    }
    expect(await rows()).toEqual(wanted.map(String));
    expect(notices).toHaveLength(wanted.length);
  });
});
