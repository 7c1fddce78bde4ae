import { expect, it } from "vitest";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { ofLastRun } from "../../support/watch-server.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const files = {
  "days.sqlx": 'config { type: "declaration", schema: "shop", name: "days" }',
  "facts.sqlx": `config {
    type: "incremental", uniqueKey: ["day"],
    postgres: { partitionBy: { column: "day", range: "day" }, indexes: [{ columns: ["value"] }] },
    assertions: { nonNull: ["value"] }
  }
  select day, value from \${ref("days")}
  \${when(incremental(), \`where day > (select max(day) from \${self()})\`)}`,
};

it.each(anyServer())(
  "a day more costs as many statements beside 40 days as beside 4, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const sent: string[] = [];
    const proxy = await startFaultProxy(url, ({ type, text, forward }) => {
      // a simple query and a statement of the extended protocol
      if (/[QP]/.test(type)) sent.push(text.slice(5));
      forward();
    });
    whenTestEnds(async () => proxy.close());
    const database = await openUrl(proxy.url);
    const { folder: projectDir } = temporaryProject(files);
    const run = async (days: string) => {
      await database.query(
        `insert into shop.days select '2026-01-01'::date + n, n from ${days} as n`,
      );
      sent.length = 0;
      const { status } = await runProject({ projectDir, database, threads: 1 });
      expect(status).toBe("successful");
      return ofLastRun(sent).length;
    };
    await database.query("create schema shop; create table shop.days (day date, value int)");
    await run("generate_series(1, 3)");
    // What the runner keeps prepared is parsed in the first run that needs it.
    await run("generate_series(4, 4)");
    const beside4 = await run("generate_series(5, 5)");
    // Days that are new cost statements of their own, so the count would tell.
    expect(await run("generate_series(6, 40)")).toBeGreaterThan(beside4 + 34);
    expect(await run("generate_series(41, 41)")).toBeLessThanOrEqual(beside4);
    const { rows } = await database.query("select count(*) from shop.facts");
    expect(rows).toEqual([["41"]]);
  },
);
