import { expect, it } from "vitest";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { ofLastRun } from "../../support/watch-server.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const tables = 5;

/**
 * The messages that a run may send for each table with an assertion; each is a write, and mostly an answer that is waited
 * for. More is slower: say in docs/performance.md what it is for.
 */
const mostOfOne = { first: { messages: 4, commits: 1 }, second: { messages: 6, commits: 1 } };

it.each(anyServer())(
  "sends no more for a table and its assertion than it has to, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const sent: string[] = [];
    const texts = new Map<string, string>();
    const bound: string[] = [];
    const proxy = await startFaultProxy(url, ({ type, text, forward }) => {
      const [first = "", second = ""] = text.slice(5).split("\0");
      if (type === "Q") sent.push(first);
      // statements of the extended protocol by their names, and the end of their message
      if (type === "P") texts.set(first, second);
      if (type === "B") bound.push(texts.get(second) ?? "");
      if (type === "S") sent.push(bound.splice(0).join("; "));
      forward();
    });
    whenTestEnds(async () => proxy.close());
    const database = await openUrl(proxy.url);
    const countOf = async (count: number) => {
      const files = Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `table_${index}.sqlx`,
          'config { type: "table", description: "One row.", assertions: { nonNull: ["id"] } } select 1 as id',
        ]),
      );
      const { folder: projectDir } = temporaryProject(files);
      sent.length = 0;
      const result = await runProject({ projectDir, database, threads: 1 });
      expect(result.status).toBe("successful");
      const own = ofLastRun(sent);
      return {
        messages: own.length,
        commits: own.filter((text) => /(^|; )commit$/.test(text)).length,
        marks: own.filter((text) => text.includes("pg_catalog.pg_cast")).length,
      };
    };
    await countOf(1);
    const oneAgain = await countOf(1);
    // A run with a new view keeps by what it is known again.
    const oneMore = await countOf(2);
    const all = await countOf(tables + 2);
    const again = await countOf(tables + 1);
    // Whether the views are what they were is asked of all at once.
    expect(again.marks).toBe(1);
    for (const kind of ["messages", "commits"] as const) {
      const second = (again[kind] - oneAgain[kind]) / tables;
      const first = (all[kind] - oneMore[kind] - second) / (tables - 1);
      expect({ kind, first, second }).toEqual({
        kind,
        first: mostOfOne.first[kind],
        second: mostOfOne.second[kind],
      });
    }
  },
);
