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
});
