import { expect, it, vi } from "vitest";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import { waitMillis } from "../../support/patience.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const follower = (
  more: string,
) => `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { orders: ["id"] } } }
  select id, amount from \${ref("orders")} ${more}
  \${when(incremental(), "where id in (select id from pg_temp.orders__changed)")}`;

it.each(anyServer())(
  "keeps the changed keys for a table that is being built for the first time, on $name",
  async (server) => {
    const { database, rows } = await runInDatabase(server);
    await database.query(`create schema shop; create table shop.orders (id int primary key, amount int);
      insert into shop.orders select n, n from generate_series(1, 3) as n`);
    const known = temporaryProject({
      "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
      "waits.sqlx": `config { type: "operations" }\nselect 1`,
      "first.sqlx": `${follower("")}`.replace("config {", `config { dependencies: ["waits"],`),
    });
    const run = (listener?: (event: RunEvent) => void) =>
      runProject({ projectDir: known.folder, database, threads: 3, ...(listener && { listener }) });
    await run();
    known.write("waits.sqlx", `config { type: "operations" }\nselect pg_advisory_xact_lock(2)`);
    // It has its snapshot of the orders when it waits.
    known.write(
      "second.sqlx",
      follower(
        "cross join lateral (select pg_advisory_xact_lock_shared(1) where id > 0 offset 0) as waiting",
      ),
    );
    const finished = new Set<string>();
    await database.session(async (holder) => {
      await holder.query("select pg_advisory_lock(1), pg_advisory_lock(2)");
      const running = run((event) => {
        if (event.type === "actionFinished") finished.add(event.result.target.name);
      });
      const waiting =
        "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid in (1, 2)";
      await vi.waitFor(async () => expect(await rows(waiting)).toEqual([["2"]]), {
        timeout: waitMillis,
      });
      await database.query("update shop.orders set amount = 10 where id = 1");
      await holder.query("select pg_advisory_unlock(2)");
      await vi.waitFor(() => expect(finished).toContain("first"), { timeout: waitMillis });
      await holder.query("select pg_advisory_unlock(1)");
      expect((await running).status).toBe("successful");
    });
    known.write("waits.sqlx", `config { type: "operations" }\nselect 1`);
    expect((await run()).status).toBe("successful");
    for (const name of ["first", "second"]) {
      expect(await rows(`select id, amount from shop.${name} order by id`), name).toEqual([
        ["1", "10"],
        ["2", "2"],
        ["3", "3"],
      ]);
    }
  },
);

it.each(anyServer())(
  "keeps no changed keys for a table whose first build failed, on $name",
  async (server) => {
    const { database, rows } = await runInDatabase(server);
    await database.query(
      "create schema shop; create table shop.orders (id int primary key, amount int)",
    );
    const project = temporaryProject({
      "orders.sqlx": `config { type: "declaration", schema: "shop" }`,
      "first.sqlx": follower(""),
      "second.sqlx": follower("where 1 / (select count(*) from shop.orders where id < 0) > 0"),
    });
    const run = () => runProject({ projectDir: project.folder, database });
    await database.query("insert into shop.orders values (1, 1)");
    expect((await run()).status).toBe("failed");
    await database.query("update shop.orders set amount = 2");
    expect((await run()).status).toBe("failed");
    project.remove("second.sqlx");
    await database.query("update shop.orders set amount = 3");
    expect((await run()).status).toBe("successful");
    expect(await rows("select follower_name from dataform_postgres.followers")).toEqual([
      ["first"],
    ]);
    const [[log] = []] = await rows(`select format('%I.%I', schemaname, tablename) from pg_tables
      where schemaname = 'dataform_postgres' and tablename like 'changes%'`);
    expect(await rows(`select count(*) from ${log}`)).toEqual([["0"]]);
  },
);
