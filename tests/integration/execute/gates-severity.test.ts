import { beforeEach, describe, expect, it } from "vitest";
import type { RunResult } from "../../../runner/results/run-result.ts";
import {
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

/** 200 rows with `bad` of them negative and `nulls` of them without an id. */
const rowsWith = (bad: number, nulls = 0) =>
  `select nullif(greatest(n, ${nulls}), ${nulls}) as id, case when n > 200 - ${bad} then -1 else 1 end as price from generate_series(1, 200) as n`;
const table = (settings: string, query: string) =>
  `config { type: "table", assertions: { nonNull: ["id"], rowConditions: ["price >= 0"] }, postgres: { assertions: { ${settings} } } }\n${query}`;
const outcomeOf = (result: RunResult, name: string) =>
  resultOf(result, name)?.tasks.find(({ assertion }) => assertion)?.assertion;
const conditions = "shop_orders_assertions_rowConditions";

describe.each(anyServer())("severity and thresholds on $name", (server) => {
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ run, rows } = await runInDatabase(server));
  });

  it.each([
    ["failAbove: { rows: 10 }", 10, 11, "10 rows"],
    ["failAbove: { rows: 1 }", 1, 2, "1 row"],
    ["failAbove: { percent: 0.5 }", 1, 2, "0.5 % of 200 rows"],
    ["failAbove: { percent: 14.5 }", 29, 30, "14.5 % of 200 rows"],
    ["failAbove: { rows: 10, percent: 2 }", 4, 5, "10 rows, 2 % of 200 rows"],
    ["failAbove: { rows: 3, percent: 2 }", 3, 4, "3 rows, 2 % of 200 rows"],
    ["rowConditions: { failAbove: { rows: 10 } }", 10, 11, "10 rows"],
    ["failAbove: { rows: 1 }, rowConditions: { failAbove: { rows: 5 } }", 5, 6, "5 rows"],
  ])("with %s, %i rows are published and %i are not", async (settings, most, tooMany, allowed) => {
    const project = temporaryProject({ "orders.sqlx": table(settings, rowsWith(most)) });
    const passed = await run(project);
    expect(statusesOf(passed)).toEqual({ orders: "successful", [conditions]: "successful" });
    expect(outcomeOf(passed, conditions)).toMatchObject({
      failingRows: most,
      verdict: "tolerated",
    });
    project.write("orders.sqlx", table(settings, rowsWith(tooMany)));
    const failed = await run(project);
    expect(statusesOf(failed)).toEqual({ orders: "failed", [conditions]: "failed" });
    expect(outcomeOf(failed, conditions)).toMatchObject({ failingRows: tooMany, allowed });
    expect(outcomeOf(failed, conditions)).not.toHaveProperty("verdict");
    expect(await rows("select count(*) from shop.orders where price < 0")).toEqual([[`${most}`]]);
  });

  it("a percentage that binary numbers cannot hold exactly still includes its limit", async () => {
    const text = (bad: number) =>
      `config { type: "table", assertions: { rowConditions: ["n > ${bad}"] }, postgres: { assertions: { failAbove: { percent: 0.57 } } } }
select n from generate_series(1, 10000) as n`;
    const project = temporaryProject({ "orders.sqlx": text(57) });
    expect((await run(project)).status).toBe("successful");
    project.write("orders.sqlx", text(58));
    expect((await run(project)).status).toBe("failed");
  });

  it("an assertion that warns holds nothing back and is told as a warning", async () => {
    const project = temporaryProject({
      "orders.sqlx": table('severity: "warn"', rowsWith(3)),
      "after.sqlx": `config { type: "table", dependOnDependencyAssertions: true }\nselect count(*) from \${ref("orders")} as o`,
      "strange.sqlx": `config { type: "assertion", postgres: { severity: "warn", failAbove: { percent: 1 } } }\nselect * from \${ref("orders")} where price < 0`,
    });
    const result = await run(project);
    expect(result.status).toBe("successful");
    expect(new Set(Object.values(statusesOf(result)))).toEqual(new Set(["successful"]));
    expect(outcomeOf(result, conditions)).toMatchObject({ failingRows: 3, verdict: "warning" });
    expect(outcomeOf(result, conditions)?.sample).toHaveLength(3);
    expect(outcomeOf(result, "strange")).toMatchObject({
      verdict: "warning",
      allowed: "1 % of 200 rows",
    });
    expect(await rows("select count(*) from shop.orders where price < 0")).toEqual([["3"]]);
  });

  it("nonNull may warn while rowConditions fail, though both are one assertion", async () => {
    const settings = 'nonNull: { severity: "warn" }';
    const project = temporaryProject({ "orders.sqlx": table(settings, rowsWith(0, 5)) });
    const warned = await run(project);
    expect(statusesOf(warned)).toEqual({ orders: "successful", [conditions]: "successful" });
    expect(outcomeOf(warned, conditions)).toMatchObject({ failingRows: 5, verdict: "warning" });
    project.write("orders.sqlx", table(settings, rowsWith(1, 5)));
    const failed = await run(project);
    expect(statusesOf(failed)).toEqual({ orders: "failed", [conditions]: "failed" });
    expect(outcomeOf(failed, conditions)).toMatchObject({ failingRows: 6 });
  });

  it("the threshold of a unique key counts keys, and a percentage is of the rows in the stage", async () => {
    const text = (last: number) =>
      `config { type: "table", assertions: { uniqueKey: ["id"] }, postgres: { assertions: { uniqueKey: { failAbove: { percent: 10 } } } } }
select n % ${last} as id from generate_series(1, 20) as n`;
    const project = temporaryProject({ "orders.sqlx": text(18) });
    const passed = await run(project);
    expect(outcomeOf(passed, "shop_orders_assertions_uniqueKey_0")).toMatchObject({
      failingRows: 2,
      verdict: "tolerated",
    });
    project.write("orders.sqlx", text(17));
    expect(statusesOf(await run(project)).orders).toBe("failed");
  });

  it("a percentage of an incremental table is of the rows that it would have", async () => {
    const text = (from: number) =>
      `config { type: "incremental", assertions: { rowConditions: ["price >= 0"] }, postgres: { assertions: { failAbove: { percent: 10 } } } }
select case when n = ${from} then -1 else 1 end as price from generate_series(${from}, ${from} + 9) as n`;
    const project = temporaryProject({ "orders.sqlx": text(1) });
    expect((await run(project)).status).toBe("successful");
    project.write("orders.sqlx", text(2).replace("+ 9", "+ 8"));
    const failed = await run(project);
    expect(outcomeOf(failed, conditions)).toMatchObject({ allowed: "10 % of 19 rows" });
    expect(await rows("select count(*) from shop.orders")).toEqual([["10"]]);
  });

  it("an assertion that warns and cannot be checked fails, and its table is published", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as price`,
      "strange.sqlx": `config { type: "assertion", postgres: { severity: "warn" } }\nselect prise from \${ref("orders")}`,
    });
    expect(statusesOf(await run(project))).toEqual({ orders: "successful", strange: "failed" });
  });

  it("the settings may stand in metadata, so that the project still compiles with Dataform's own command", async () => {
    const metadata = `metadata: { extraProperties: { postgres: { severity: "warn", failAbove: { rows: 1 } } } }`;
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect -1 as price from generate_series(1, 2)`,
      "strange.sqlx": `config { type: "assertion", ${metadata} }\nselect * from \${ref("orders")} where price < 0`,
    });
    const result = await run(project);
    expect(outcomeOf(result, "strange")).toMatchObject({ verdict: "warning", allowed: "1 row" });
  });

  it.each([
    [/severity must be one of error, warn/, table('severity: "warning"', "select 1")],
    [
      /postgres.assertions.failAbove must be an object, and is 5/,
      table("failAbove: 5", "select 1"),
    ],
    [/failAbove must have rows or percent/, table("failAbove: {}", "select 1")],
    [/percent must be a number from 0 to 100/, table("failAbove: { percent: 101 }", "select 1")],
    [/"rowCondition".*did you mean rowConditions/, table("rowCondition: {}", "select 1")],
    [
      /postgres.severity means nothing on a table: write postgres.assertions/,
      `config { type: "table", postgres: { severity: "warn" } }\nselect 1`,
    ],
    [
      /failAbove.percent is of the rows of one relation, and this assertion depends on 0/,
      `config { type: "assertion", postgres: { failAbove: { percent: 1 } } }\nselect 1`,
    ],
  ])("a setting that cannot be read is a compilation error: %s", async (message, text) => {
    const project = temporaryProject({ "orders.sqlx": text });
    await expect(run(project)).rejects.toThrow(message);
  });
});
