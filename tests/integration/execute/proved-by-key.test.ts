import { beforeEach, describe, expect, it } from "vitest";
import {
  errorOf,
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const orders = (assertions: string, ids: string, more = "") => `config {
    type: "table",
    assertions: ${assertions},
    postgres: { primaryKey: ["id"], indexes: [{ name: "by_part", columns: ["part"] }] ${more} }
  }
  select id, 1 as part from unnest(array[${ids}]::int[]) as id`;

describe.each(anyServer())("the unique key of a new table on $name", (server) => {
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ run, rows } = await runInDatabase(server));
  });

  const project = (assertions: string, ids: string, more?: string): TemporaryProject =>
    temporaryProject({ "orders.sqlx": orders(assertions, ids, more) });
  const changesOf = (result: Awaited<ReturnType<typeof run>>) =>
    resultOf(result, "orders")?.tasks.flatMap((task) => task.changes ?? []);
  const keyFirst = [expect.stringMatching(/^primary key ".*" added$/), 'index "by_part" created'];
  const keyLast = keyFirst.toReversed();
  const isBuilt = () => rows("select count(*) from pg_class where relname = 'orders'");

  it.each([
    [`{ uniqueKey: ["id"] }`, "", keyFirst],
    [`{ uniqueKeys: [["part", "id"], ["id"]] }`, "", keyFirst],
    [`{ uniqueKey: ["id"], nonNull: ["part"] }`, "", keyFirst],
    // these say more, or something else
    [`{ uniqueKey: ["id + part"] }`, "", keyLast],
    [`{ nonNull: ["id"] }`, "", keyLast],
    // the table is written again for this
    [`{ uniqueKey: ["id"] }`, ", unlogged: true", ["table set to unlogged", ...keyLast]],
  ])("is proved by its primary key: %s %s", async (assertions, more, changes) => {
    const made = project(assertions, "1, 2, 3", more);
    const result = await run(made);
    expect(new Set(Object.values(statusesOf(result)))).toEqual(new Set(["successful"]));
    expect(changesOf(result)).toEqual(changes);
    const again = await run(made);
    expect(new Set(Object.values(statusesOf(again)))).toEqual(new Set(["successful"]));
    expect(changesOf(again)).toEqual([]);
  });

  it.each([
    ["1, 2, 2", "{ uniqueKey: ['id'] }"],
    ["1, null, null", "{ uniqueKey: ['id'] }"],
  ])("is counted where it cannot be made, of the rows %s", async (ids, assertions) => {
    const result = await run(project(assertions, ids));
    expect(errorOf(result, "orders")?.message).toBe(
      "not published: the assertion uniqueKey (id) found 1 failing row",
    );
    expect(resultOf(result, "orders")?.tasks.at(-1)?.type).toBe("publish");
    expect(await isBuilt()).toEqual([["0"]]);
  });

  it("leaves a row without a key to the primary key", async () => {
    const result = await run(project("{ uniqueKey: ['id'] }", "1, null"));
    expect(errorOf(result, "orders")?.sqlstate).toBe("23502");
    expect(resultOf(result, "orders")?.tasks.at(-1)?.type).toBe("reconcile");
    expect(await isBuilt()).toEqual([["0"]]);
  });

  it("is not proved by a key that is a larger one", async () => {
    const pair = `config { type: "table", assertions: { uniqueKey: ["id"] }, postgres: { primaryKey: ["id", "part"] } }
      select 1 as id, part from generate_series(1, 2) as part`;
    const result = await run(temporaryProject({ "orders.sqlx": pair }));
    expect(errorOf(result, "orders")?.message).toContain("uniqueKey (id) found 1 failing row");
  });

  // Enough of them for the values to be counted; not those of text.
  const many = (type: "table" | "incremental", ids: string, key = "id::int") => `config {
      type: "${type}", assertions: { uniqueKey: ["id"] } ${type === "incremental" ? ', uniqueKey: ["number"]' : ""}
    }
    select number, case when number in (7, 8, 9) then (array[${ids}])[number - 6] else ${key} end as id
    from (select number, number as id from generate_series(1, 100000) as number) as numbers`;

  it.each([
    ["7, 8, 9", undefined],
    ["7, null, 9", undefined],
    ["null, null, 9", 1],
    ["null, 8, 8", 1],
    ["1, 8, 2", 2],
    ["'7', '100', '9'", 1, "id::text"],
    ["date '2026-01-08', date '2026-01-08', date '2026-01-09'", 1, "date '2026-01-01' + id"],
    ["date '1026-01-07', date '1026-01-08', null", undefined, "date '2026-01-01' + id"],
  ])("is proved by the number of values among many: %s", async (ids, failing, key = "id::int") => {
    const message = `not published: the assertion uniqueKey (id) found ${failing} failing ${failing === 1 ? "row" : "rows"}`;
    const result = await run(temporaryProject({ "orders.sqlx": many("incremental", ids, key) }));
    expect(errorOf(result, "orders")?.message).toBe(failing && message);
    expect(await isBuilt()).toEqual([[failing ? "0" : "1"]]);
  });

  it("is proved so of staged rows, too", async () => {
    const project = temporaryProject({ "orders.sqlx": many("table", "7, 8, 9") });
    expect(errorOf(await run(project), "orders")).toBeUndefined();
    project.write("orders.sqlx", many("table", "7, 8, 8"));
    expect(errorOf(await run(project), "orders")?.message).toContain("found 1 failing row");
    project.write("orders.sqlx", many("table", "8, 7, 9"));
    expect(errorOf(await run(project), "orders")).toBeUndefined();
    expect(await rows("select id from shop.orders where number = 7")).toEqual([["8"]]);
  });
});
