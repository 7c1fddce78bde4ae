import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openGate } from "../../../runner/execute/gates/gate.ts";
import { publish } from "../../../runner/execute/publish/publish.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";

const target = { schema: "public", name: "t" };

describe.each(serversByVersion())("rows that are replaced in place on $name", (server) => {
  let database: Database;

  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
  });

  const replace = (statement: string, uniqueKey: string[] = []) =>
    database.transaction((session) =>
      publish({
        session,
        target,
        task: {
          type: "publish",
          strategy: "replace",
          statement,
          uniqueKey,
        },
        rebuiltLater: new Set(),
        gate: openGate,
      }),
    );
  const rows = async (sql: string) => (await database.query(sql)).rows;

  it("are deleted, changed and added where they differ, and left alone where not", async () => {
    await database.query(`create table t as select id, id * 1.0 as n, '{"a": 1}'::json as doc
      from generate_series(1, 20) as id; alter table t add primary key (id)`);
    const [kept] = await rows("select xmin, ctid from t where id = 5");
    const done = await replace(`select id, case id when 3 then 3.00 else id * 1.0 end as n,
      '{"a": 1}'::json as doc from generate_series(2, 21) as id`);
    expect(done).toEqual({
      rowCount: 20,
      replacement: "in place, only rows that differ (by key (id))",
      droppedKeys: [],
    });
    expect(await rows("select xmin, ctid from t where id = 5")).toEqual([kept]);
    expect(await rows("select min(id), max(id), count(*) from t")).toEqual([["2", "21", "20"]]);
    expect(await rows("select n from t where id = 3")).toEqual([["3.00"]]);
  });

  it("may have no key: a NULL in it is no other row's", async () => {
    await database.query(
      "create table t as select nullif(id, 1) as id, id as n from generate_series(1, 20) as id",
    );
    await replace(
      "select nullif(id, 1) as id, id as n from generate_series(1, 20) as id union all select null, 2",
      ["id"],
    );
    expect(await rows("select id, n from t where id is null order by n")).toEqual([
      [null, "1"],
      [null, "2"],
    ]);
    expect(await rows("select count(*) from t")).toEqual([["21"]]);
  });

  it("are refused by name when PostgreSQL guards the key that stands twice", async () => {
    await database.query("create table t (id int primary key, n int); insert into t values (1, 1)");
    const doubled = "select 1 as id, n from generate_series(1, 2) as n";
    await expect(replace(doubled)).rejects.toThrow(
      "the new rows of public.t are not unique by (id): (1) 2 times",
    );
    expect(await rows("select * from t")).toEqual([["1", "1"]]);
  });

  it("are all replaced when only the config says that the key is unique, and it is not", async () => {
    await database.query("create table t (id int, n int); insert into t values (1, 1)");
    const done = await replace("select 1 as id, n from generate_series(1, 2) as n", ["id"]);
    expect(done.replacement).toMatch(/all rows.*does not tell the new rows apart/);
    expect(await rows("select count(*) from t")).toEqual([["2"]]);
  });

  it("may change places in a unique column", async () => {
    await database.query(`create table t (id int primary key, place int unique);
      insert into t select id, id from generate_series(1, 20) as id`);
    await replace(
      "select id, case id when 1 then 2 when 2 then 1 else id end as place from generate_series(1, 20) as id",
    );
    expect(await rows("select id, place from t order by id limit 2")).toEqual([
      ["1", "2"],
      ["2", "1"],
    ]);
  });

  it("leave the rows of a child table alone", async () => {
    await database.query(
      "create table t (id int, n int); create table c () inherits (t); insert into c values (9, 9)",
    );
    await replace("select 1 as id, 1 as n");
    await replace("select 2 as id, 2 as n");
    expect(await rows("select id from t order by id")).toEqual([["2"], ["9"]]);
  });
});
