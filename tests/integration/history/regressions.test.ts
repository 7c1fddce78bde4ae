import { describe, expect, it } from "vitest";
import type { HistoryOptions } from "../../../runner/history/with-history.ts";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import { resultOf, runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { servers } from "../../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

async function shop(settings: string, assertions = `rowConditions: ["bad = 0"]`) {
  if (!server) throw new Error("no test server");
  const { database, rows } = await runInDatabase(server);
  const { folder, write } = temporaryProject({
    "bought.sqlx": `config { type: "declaration", schema: "raw", name: "bought" }`,
    "orders.sqlx": `config { type: "table", assertions: { ${assertions} },
      postgres: { assertions: { ${settings} } } }\nselect * from \${ref("raw", "bought")}`,
  });
  await database.query("create schema raw; create table raw.bought (id int, bad int)");
  const notices: string[] = [];
  const listener = (event: RunEvent) => {
    if (event.type === "notice") notices.push(event.message);
  };
  const run = async (good: number, bad: number, options: HistoryOptions = { history: {} }) => {
    await database.query(`truncate raw.bought;
      insert into raw.bought select n, (n > ${good})::int from generate_series(1, ${good + bad}) as n`);
    const result = await runProject({ projectDir: folder, database, listener, ...options });
    const check = result.actions.find(({ type }) => type === "assertion");
    const { verdict, allowed } = check?.tasks[0]?.assertion ?? {};
    return { status: check?.status, verdict, allowed, table: resultOf(result, "orders")?.status };
  };
  return { run, rows, notices, write, database };
}

describe("an assertion that knows earlier runs", () => {
  it("fails with failIf: worse only when more rows or a larger share break it", async () => {
    const { run, notices, rows } = await shop(`failIf: "worse"`);
    const warned = { status: "successful", verdict: "warning", table: "successful" };
    const failed = { status: "failed", verdict: undefined, table: "failed" };
    const allowed = "5 rows (5 %) as before";
    expect(await run(95, 5)).toEqual({ ...warned, allowed: undefined });
    expect(await run(95, 5)).toEqual({ ...warned, allowed });
    expect(await run(94, 6)).toEqual({ ...failed, allowed });
    // What failed is nothing to compare with.
    expect(await run(194, 6)).toEqual({ ...failed, allowed });
    expect(await run(45, 5)).toEqual({ ...failed, allowed });
    expect(await run(196, 4)).toEqual({ ...warned, allowed });
    expect(await run(195, 5)).toMatchObject(failed);
    expect(await run(200, 0)).toMatchObject({ status: "successful", verdict: undefined });
    expect(await run(199, 1)).toMatchObject(failed);
    expect(await rows("select count(*), count(checked_rows) from run_history.assertions")).toEqual([
      ["9", "9"],
    ]);
    expect(notices).toEqual([]);
  });

  it("warns with warnFor for so many runs in a row", async () => {
    const { run } = await shop(`rowConditions: { warnFor: "2 runs" }`);
    const statuses: (string | undefined)[] = [];
    for (const bad of [1, 3, 2, 1, 0, 1, 1, 1]) statuses.push((await run(10, bad)).status);
    const [ok, failed] = ["successful", "failed"];
    expect(statuses).toEqual([ok, ok, failed, failed, ok, ok, ok, failed]);
  });

  it("fails where it cannot know them, and says so", async () => {
    const { run, notices, database } = await shop(`failIf: "worse", warnFor: "3 runs"`);
    expect(await run(5, 5, {})).toMatchObject({ status: "failed", table: "failed" });
    expect(notices).toEqual([
      "assertions with failIf, warnFor or usualRows know nothing of earlier runs: this run is not written down, and there is no history of this version",
    ]);
    await database.query("create schema run_history; create table run_history.runs (id int)");
    expect(await run(5, 5)).toMatchObject({ status: "failed", table: "failed" });
    expect(
      notices.filter((each) => each.endsWith(': relation "runs" already exists')),
    ).toHaveLength(2);
  });

  it("tells when a table has another number of rows, or takes longer, than usual", async () => {
    const settings = `usualRows: { severity: "error" }, usualDuration: { lastRuns: 5 }`;
    const { run, notices, database, rows, write } = await shop(settings, "");
    const ok = { status: "successful", table: "successful" };
    for (const count of [100, 101, 99]) expect(await run(count, 0)).toMatchObject(ok);
    expect(await run(90, 0)).toMatchObject({ status: "failed", table: "failed" });
    expect(await run(103, 0)).toMatchObject(ok);
    expect(await rows("select count(*) from shop.orders")).toEqual([["103"]]);
    await database.query("update run_history.actions set ended_at = started_at - interval '1 day'");
    notices.length = 0;
    await run(100, 0);
    expect(notices).toEqual([
      expect.stringMatching(
        /^warning: shop\.orders took \d+\.\d\d s, usually -86400\.00 s \(mean of 4 runs\)/,
      ),
    ]);
    write(
      "wrong.sqlx",
      `config { type: "table", assertions: { nonNull: ["id"] }, postgres: { assertions: {
        warnFor: 3, failIf: "better", usualRows: { lastRuns: 1 }, usualDuration: { severity: "error" } } } }
        select 1 as id`,
    );
    await expect(run(1, 0)).rejects.toThrow(
      /failIf must be one of worse.*warnFor must be a number of runs such as "3 runs", and is 3.*usualRows\.lastRuns must be a whole number from 3 to 1000/s,
    );
  });
});
