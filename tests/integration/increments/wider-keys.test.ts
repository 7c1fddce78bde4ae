import { describe, expect, it } from "vitest";
import { auditProject } from "../../../runner/audit/audit-project.ts";
import {
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const shop = (key: string, type: string) =>
  temporaryProject({
    "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
    "totals.sqlx": `config {
        type: "incremental", uniqueKey: ["${key}"], postgres: { follows: { orders: ["${key}"] } }
      }
      select ${key}::${type} as ${key}, sum(amount) as amount from \${ref("orders")}
      \${when(incremental(), "where ${key} in (select ${key} from pg_temp.orders__changed)")}
      group by 1`,
  });

describe.each(anyServer())("the key of a followed table on $name", (server) => {
  /** Does something and runs; returns the number of rows that changed in `totals`, which is exact then. */
  const changed = async (
    { database, run }: RunningDatabase,
    project: TemporaryProject,
    happening: string,
  ) => {
    await database.query(happening);
    const result = await run(project);
    expect(statusesOf(result), happening).toEqual({ totals: "successful" });
    const { tables } = await auditProject({ projectDir: project.folder, database });
    expect(
      tables.map(({ status }) => status),
      happening,
    ).toEqual(["exact"]);
    return resultOf(result, "totals")?.tasks.find(({ type }) => type === "publish")?.rowCount;
  };

  it("may get more room, and rows that need it may come before the next run", async () => {
    const running = await runInDatabase(server);
    const project = shop("code", "text");
    const filled = `create schema shop; create table shop.orders (code varchar(3), amount int);
      insert into shop.orders values ('a', 1), ('b', 2)`;
    expect(await changed(running, project, filled)).toBe(2);
    const wider = `alter table shop.orders alter code type varchar(10);
      insert into shop.orders values ('longer', 3)`;
    expect(await changed(running, project, wider)).toBe(1);
    const longest = "insert into shop.orders values ('the longer', 4)";
    expect(await changed(running, project, longest)).toBe(1);
  });

  it("is logged with all of its digits once it has more of them", async () => {
    const running = await runInDatabase(server);
    const project = shop("rate", "numeric");
    const filled = `create schema shop; create table shop.orders (rate numeric(10,2), amount int);
      insert into shop.orders values (1.25, 1), (2.5, 2)`;
    expect(await changed(running, project, filled)).toBe(2);
    await changed(running, project, "alter table shop.orders alter rate type numeric(12,4)");
    const exact = "insert into shop.orders values (1.2345, 3)";
    expect(await changed(running, project, exact)).toBe(1);
  });

  it("is logged by the function of this version, not by that of an earlier one", async () => {
    const running = await runInDatabase(server);
    const project = shop("code", "text");
    const filled = `create schema shop; create table shop.orders (code varchar(3), amount int);
      insert into shop.orders values ('a', 1), ('b', 2)`;
    expect(await changed(running, project, filled)).toBe(2);
    const [[name] = []] = await running.rows(
      "select oid::regprocedure from pg_proc where proname like 'log\\_%'",
    );
    const earlier = `create or replace function ${name} returns trigger language plpgsql security definer
      as 'begin raise exception ''an earlier version''; end'`;
    expect(await changed(running, project, earlier)).toBe(0);
    const added = "insert into shop.orders values ('c', 3)";
    expect(await changed(running, project, added)).toBe(1);
  });
});
