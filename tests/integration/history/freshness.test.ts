import { describe, expect, it } from "vitest";
import { compileOnce } from "../../support/compile-once.ts";
import { dataform } from "../../support/run-command.ts";
import { resultOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { planProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { servers } from "../../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

const source = (freshness: string) =>
  `config { type: "declaration", schema: "raw", name: "bought",\n postgres: { freshness: { ${freshness} } } }`;
const both = `loadedAt: "ingested_at", warnAfter: "12 hours", errorAfter: "2 days"`;
const files = {
  "bought.sqlx": source(both),
  "orders.sqlx": `config { type: "table" }\nselect id from \${ref("raw", "bought")}`,
  "seen.sqlx": `config { type: "view" }\nselect id from \${ref("orders")}`,
  "other.sqlx": `config { type: "table" }\nselect 1 as id`,
};
const check = "raw_bought_freshness";

describe("the freshness of a source", () => {
  it("holds back what reads it, warns, and counts the rows that its filter lets through", async () => {
    const { database, rows, run } = await runInDatabase(server);
    const project = temporaryProject(files);
    const age = (text: string) =>
      database.query(`update raw.bought set ingested_at = now() - interval '${text}'`);
    await database.query(`create schema raw;
      create table raw.bought as select 1 as id, now() as ingested_at, 'shop' as "from"`);
    expect(statusesOf(await run(project))).toEqual({
      ...{ [check]: "successful", orders: "successful", seen: "successful", other: "successful" },
    });

    await age("13 hours");
    const warned = await run(project);
    expect(warned.status).toBe("successful");
    expect(resultOf(warned, check)?.tasks[0]?.assertion).toMatchObject({
      rule: "freshness (ingested_at, warning after 12 hours, error after 2 days)",
      checks: { schema: "raw", name: "bought" },
      verdict: "warning",
      failingRows: 1,
      sample: [expect.objectContaining({ failing_row_condition: "older than 12 hours" })],
    });

    await age("49 hours");
    await database.query("insert into raw.bought values (2, now(), 'test')");
    expect((await run(project)).status).toBe("successful");
    project.write(
      "definitions/bought.sqlx",
      source(`${both}, filter: "\\"from\\" = 'shop' -- only"`),
    );
    const failed = await run(project);
    expect(statusesOf(failed)).toEqual({
      ...{ [check]: "failed", orders: "skipped", seen: "skipped", other: "successful" },
    });
    expect(resultOf(failed, check)?.tasks[0]?.assertion?.failingRows).toBe(2);
    expect(await rows("select count(*) from shop.orders")).toEqual([["2"]]);

    // Wrong times of single rows do not hide that nothing arrives any more.
    await database.query(`insert into raw.bought values
      (3, 'infinity', 'shop'), (4, now() + interval '2 days', 'shop'), (5, '-infinity', 'shop')`);
    expect(statusesOf(await run(project))).toMatchObject({ [check]: "failed", orders: "skipped" });

    await database.query("delete from raw.bought where ingested_at < now()");
    expect(statusesOf(await run(project, { actions: ["orders"] }))).toEqual({
      ...{ [check]: "failed", orders: "skipped" },
    });
    expect(statusesOf(await run(project, { actions: ["orders"], assertions: false }))).toEqual({
      orders: "successful",
    });
    expect(statusesOf(await run(project, { actions: ["other"] }))).toEqual({ other: "successful" });
    expect(statusesOf(await run(project, { actions: ["orders"], exclude: ["seen"] }))).toEqual({
      ...{ [check]: "failed", orders: "skipped" },
    });
    const plan = await planProject({ projectDir: project.folder, database });
    const orders = plan.actions.find(({ target }) => target.name === "orders");
    expect(orders?.heldBackBy?.map(({ name }) => name)).toEqual([check]);
  });

  it("is told by dataform freshness, which fails when one is too old or cannot be asked", async () => {
    const { database, url } = await runInDatabase(server);
    const { folder, write } = temporaryProject({
      ...files,
      "gone.sqlx": `config { type: "declaration", schema: "raw", name: "gone",
        postgres: { freshness: { loadedAt: "at", warnAfter: "1h 30m" } } }`,
    });
    await database.query(`create schema raw;
      create table raw.bought as select 1 as id, (now() at time zone 'utc')::date - 1 as ingested_at`);
    const freshness = (...args: string[]) =>
      dataform(["freshness", ...args], { cwd: folder, env: { DATABASE_URL: url } });
    const found = await freshness("--json");
    expect(found.exitCode).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject([
      { source: "raw.bought", status: "warn", warnAfter: "12 hours", errorAfter: "2 days" },
      { source: "raw.gone", status: "error", loadedAt: null, error: { sqlstate: "42P01" } },
    ]);
    await database.query("update raw.bought set ingested_at = ingested_at - 7");
    const old = await freshness();
    expect(old.exitCode).toBe(1);
    expect(old.stdout).toMatch(/ raw\.bought \| error {2}\| \d{4}-\d\d-\d\dT00:00:00Z \| 8d /);
    expect(old.stdout).toContain('relation "raw.gone" does not exist');
    write(
      "definitions/bought.sqlx",
      `config { type: "declaration", schema: "raw", name: "bought" }`,
    );
    write("definitions/gone.sqlx", `config { type: "declaration", schema: "raw", name: "gone" }`);
    expect((await freshness()).stdout).toContain("no declaration of the project has");
  });

  it("is refused where it says nothing, or nonsense", async () => {
    const { folder, write } = temporaryProject({
      ...files,
      "own.sqlx": `config { type: "table", postgres: { freshness: { ${both} } } }\nselect 1 as id`,
    });
    const messages = async () =>
      (await compileOnce({ projectDir: folder })).graphErrors?.compilationErrors?.map(
        ({ message, fileName }) => `${fileName}: ${message}`,
      );
    expect(await messages()).toEqual([
      "definitions/own.sqlx: postgres.freshness is for a declaration: a run makes this relation itself",
    ]);
    write("definitions/own.sqlx", `config { type: "table" }\nselect 1 as id`);
    write("definitions/bought.sqlx", source(`warnAfter: 12, errorAfter: "soon", after: "1h"`));
    expect(await messages()).toEqual([
      'definitions/bought.sqlx: Unexpected property "after" in postgres.freshness; did you mean warnAfter?',
      "definitions/bought.sqlx: postgres.freshness must have loadedAt",
      "definitions/bought.sqlx: postgres.freshness.warnAfter: 12 has no unit: write 12s for seconds or 12m for minutes",
      'definitions/bought.sqlx: postgres.freshness.errorAfter: "soon" is not a duration: write 30s, 5 min, 500ms, 2 hours or 1h 30m',
    ]);
    write(
      "definitions/bought.sqlx",
      source(`loadedAt: "at", warnAfter: "2 days", errorAfter: "1 day"`),
    );
    expect(await messages()).toEqual([
      "definitions/bought.sqlx: postgres.freshness.warnAfter must be shorter than errorAfter",
    ]);
  });
});
