import { beforeEach, describe, expect, it } from "vitest";
import { auditProject } from "../../../runner/audit/audit-project.ts";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import { testProject } from "../../../runner/test-project.ts";
import { compileInWorker } from "../../support/compile-project.ts";
import {
  errorOf,
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { validateProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const orders = `config { type: "declaration", schema: "shop" }`;
const totals = (settings = "", query = "") => `config {
    type: "incremental", uniqueKey: ["customer"],
    postgres: { follows: { orders: ["customer"] }${settings} }
  }
  select customer, sum(amount) as amount from \${ref("orders")}
  \${when(incremental(), \`where customer in (select customer from pg_temp.orders__changed)\`)}
  group by customer${query}`;

describe.each(anyServer())("a table that follows another by key on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
    await database.query(`create schema shop;
      create table shop.orders (id int primary key, customer int, amount int);
      insert into shop.orders select n, n % 3, n from generate_series(1, 9) as n`);
  });

  const runTotals = async (project: TemporaryProject) => {
    const result = await run(project);
    expect(statusesOf(result)).toMatchObject({ totals: "successful" });
    return resultOf(result, "totals")?.tasks.find(({ type }) => type === "publish")?.rowCount;
  };
  const drift = async (project: TemporaryProject) => {
    const { tables } = await auditProject({ projectDir: project.folder, database });
    return tables.map(({ status }) => status);
  };
  const triggers = () =>
    rows("select count(*) from pg_trigger where tgname like 'dataform_changes_%'");

  it("writes only what differs, and sees a transaction that commits late", async () => {
    const project = temporaryProject({ "orders.sqlx": orders, "totals.sqlx": totals() });
    expect(await runTotals(project)).toBe(3);
    expect(await runTotals(project)).toBe(0);
    await database.query("update shop.orders set amount = amount where id = 1");
    expect(await runTotals(project)).toBe(0);
    await database.session(async (late) => {
      await late.query("begin; insert into shop.orders values (100, 1, 1000)");
      await database.query("insert into shop.orders values (10, 2, 10)");
      expect(await runTotals(project)).toBe(1);
      await late.query("commit");
    });
    expect(await runTotals(project)).toBe(1);
    await database.query("delete from shop.orders where customer = 0");
    expect(await runTotals(project)).toBe(1);
    expect(await drift(project)).toEqual(["exact"]);
  });

  it("computes every key again when it may have missed a change", async () => {
    const project = temporaryProject({ "orders.sqlx": orders, "totals.sqlx": totals() });
    await runTotals(project);
    const happenings = [
      "truncate shop.orders; insert into shop.orders values (1, 5, 5)",
      `do $$ declare name text; begin
        for name in select tgname from pg_trigger where tgname like 'dataform_changes_%' loop
          execute format('drop trigger %I on shop.orders', name);
        end loop; end $$; insert into shop.orders values (2, 6, 6)`,
      `create table shop.copy as table shop.orders; drop table shop.orders;
        alter table shop.copy rename to orders; insert into shop.orders values (3, 7, 7)`,
      "alter table shop.orders alter customer type bigint; insert into shop.orders values (9, 14, 14)",
      // As after a restore into another cluster, whose transaction ids say nothing here.
      `set session_replication_role = replica; insert into shop.orders values (4, 8, 8);
        update dataform_postgres.followers set cluster = '1'; reset session_replication_role`,
      `create table shop.other as table shop.totals; drop table shop.totals;
        alter table shop.other rename to totals; update shop.totals set amount = 0 where customer = 5`,
    ];
    for (const happening of happenings) {
      await database.query(happening);
      await runTotals(project);
      expect(await drift(project), happening).toEqual(["exact"]);
    }
    project.write("totals.sqlx", totals("", " having sum(amount) > 5"));
    expect(await runTotals(project)).toBe(1);
    expect(await drift(project)).toEqual(["exact"]);
  });

  it("removes its triggers and logs when nobody follows the table any more", async () => {
    const project = temporaryProject({
      "orders.sqlx": orders,
      "totals.sqlx": totals(),
      "others.sqlx": totals().replace("sum(amount)", "max(amount)"),
    });
    await run(project);
    expect(await triggers()).toEqual([["4"]]);
    await database.query("insert into shop.orders values (11, 1, 11)");
    await run(project);
    const logs = await rows(
      "select count(*), max(c.relname) from pg_class c where relname like 'changes_%' and relkind = 'r'",
    );
    expect(logs[0]?.[0]).toBe("1");
    expect(await rows(`select count(*) from dataform_postgres.${logs[0]?.[1]}`)).toEqual([["0"]]);
    project.remove("others.sqlx");
    await database.query("drop table shop.others");
    project.write(
      "totals.sqlx",
      totals().replace(`["customer"] }`, `["id"] }`).replaceAll("customer", "id"),
    );
    await database.query("drop table shop.totals");
    expect(statusesOf(await run(project))).toMatchObject({ totals: "successful" });
    project.write("totals.sqlx", `config { type: "table" }\nselect 1 as id`);
    await run(project);
    expect(await triggers()).toEqual([["0"]]);
  });

  it("is written down for a role that may do nothing but insert", async () => {
    const role = `loader_${Math.random().toString(36).slice(2)}`;
    const project = temporaryProject({ "orders.sqlx": orders, "totals.sqlx": totals() });
    await runTotals(project);
    await database.query(`create role ${role}; grant usage on schema shop to ${role};
      grant insert on shop.orders to ${role}; set role ${role};
      insert into shop.orders values (50, 50, 50); reset role`);
    expect(await runTotals(project)).toBe(1);
    const [[log]] = (await rows("select proname from pg_proc where proname like 'log\\_%'")) as [
      [string],
    ];
    await expect(
      database.query(`grant create on schema shop to ${role}; grant usage on schema dataform_postgres to ${role};
        set role ${role}; create table shop.mine (customer int);
        create trigger t after insert on shop.mine referencing new table as dataform_new
          for each statement execute function dataform_postgres.${log}()`),
    ).rejects.toThrow(/permission denied for function/);
    await database.query(`reset role; drop owned by ${role}; drop role ${role}`);
  });

  it("changes rows that refer to each other as if at once", async () => {
    await database.query(`create table shop.people (id int primary key, team int, manager int);
      insert into shop.people values (10, 1, null), (20, 1, 10), (21, 1, 10)`);
    const project = temporaryProject({
      "people.sqlx": orders,
      "staff.sqlx": `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { people: ["team"] } } }
        select id, team, manager from \${ref("people")}
        \${when(incremental(), \`where team in (select team from pg_temp.people__changed)\`)}`,
    });
    await run(project);
    await database.query("alter table shop.staff add primary key (id)");
    const actions = ["cascade", "set null", "no action"];
    for (const [index, action] of actions.entries()) {
      const [gone, next] = [10 + index, 11 + index];
      await database.query(`alter table shop.staff drop constraint if exists of_manager,
          add constraint of_manager foreign key (manager) references shop.staff on delete ${action};
        insert into shop.people values (${next}, 1, null);
        update shop.people set manager = ${next} where manager = ${gone};
        delete from shop.people where id = ${gone}`);
      expect(statusesOf(await run(project)), action).toMatchObject({ staff: "successful" });
      const all = "select id, team, manager from shop.";
      expect(await rows(`${all}staff order by id`), action).toEqual(
        await rows(`${all}people order by id`),
      );
    }
  });

  it("stamps a row when it is new or another one, and keeps what belongs to it", async () => {
    await database.query("create sequence public.numbers");
    const stamps = `, stamps: { number: { insert: "nextval('public.numbers')" }, changed_at: "clock_timestamp()" }`;
    const project = temporaryProject({
      "orders.sqlx": orders,
      "totals.sqlx": totals(stamps, "; -- all"),
    });
    expect(await runTotals(project)).toBe(3);
    const stamped = () => rows("select customer, number, changed_at from shop.totals order by 1");
    const before = await stamped();
    await database.query(`update shop.orders set amount = amount where customer = 0;
      update shop.orders set amount = amount + 1 where customer = 1;
      insert into shop.orders values (90, 9, 9)`);
    expect(await runTotals(project)).toBe(2);
    const after = await stamped();
    expect(after.map(([customer]) => customer)).toEqual(["0", "1", "2", "9"]);
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]?.[1]).toBe(before[1]?.[1]);
    expect(after[1]?.[2]).not.toBe(before[1]?.[2]);
    expect(new Set(after.map(([, number]) => number)).size).toBe(4);
    expect(await drift(project)).toEqual(["exact"]);
    project.write("totals.sqlx", totals(stamps).replace("sum(amount)", "sum(amuont)"));
    const failed = errorOf(await run(project), "totals");
    expect(failed?.message).toBe('column "amuont" does not exist');
    expect(failed?.statement?.slice((failed.position ?? 0) - 1)).toMatch(/^amuont/);
  });

  it("computes rows again that others deleted, when it follows itself, too", async () => {
    const own = totals()
      .replace(`["customer"] }`, `["customer"], totals: ["customer"] }`)
      .replace(
        "orders__changed)",
        "orders__changed union select customer from pg_temp.totals__changed)",
      );
    const project = temporaryProject({ "orders.sqlx": orders, "totals.sqlx": own });
    expect(await runTotals(project)).toBe(3);
    const remove = "delete from shop.totals where customer = 2";
    await database.query(remove);
    expect(await runTotals(project)).toBe(1);
    // what others changed is no key of its own: an audit finds it
    await database.query("update shop.totals set amount = 0 where customer = 1");
    expect(await runTotals(project)).toBe(0);
    expect(await drift(project)).toEqual(["drifted"]);
    await run(project, { fullRefresh: true });
    await database.query("delete from shop.orders where customer = 1");
    await database.query(remove);
    expect(await runTotals(project)).toBe(2);
    expect(await runTotals(project)).toBe(0);
    expect(await drift(project)).toEqual(["exact"]);
  });

  it("is tested on rows that the test gives, every key of which counts as changed", async () => {
    const project = temporaryProject({
      "orders.sqlx": orders,
      "seen.sqlx": `config { type: "view" }\nselect * from \${ref("orders")}`,
      "totals.sqlx": totals().replace(`ref("orders")`, `ref("seen")`),
      "totals_test.sqlx": `config { type: "test", dataset: "totals" }
        input "orders" { select 1 as customer }
        input "seen" { select 1 as id, 1 as customer, 5 as amount union all select 2, 1, 6 }
        input "totals" { select 1 as customer, 1::bigint as amount union all select 2, 2 }
        select 1 as customer, 11 as amount`,
    });
    const { tests } = await testProject({
      projectDir: project.folder,
      openDatabase: async () => ({ ...database, close: async () => {} }),
    });
    expect(tests).toMatchObject([{ status: "passed" }]);
  });

  it("tells which tables are followed and not read, or read and not followed", async () => {
    const notices: string[] = [];
    const project = temporaryProject({
      "orders.sqlx": orders,
      "unread.sqlx": orders,
      "seen.sqlx": `config { type: "view" }\nselect * from \${ref("orders")}`,
      "fine.sqlx": totals().replace(`ref("orders")`, `ref("seen")`),
      "totals.sqlx": `config { type: "incremental", postgres: { follows: { unread: ["id"] }, recomputeWhen: ["seen"] } }
        select id from \${ref("orders")}, \${ref("seen")}`,
    });
    await database.query("create table shop.unread (id int)");
    const listener = (event: RunEvent) => {
      if (event.type === "notice") notices.push(event.message);
    };
    await validateProject({ projectDir: project.folder, database, listener });
    expect(notices).toEqual([
      "shop.totals follows shop.unread and does not read it",
      expect.stringMatching(/^shop.totals reads shop.orders and does not follow it: /),
    ]);
  });

  it("is checked by a plan, with the temporary relation of changed keys", async () => {
    const project = temporaryProject({ "orders.sqlx": orders, "totals.sqlx": totals() });
    await runTotals(project);
    project.write("totals.sqlx", totals().replace("__changed)", "__changed where nothing)"));
    const { findings } = await validateProject({ projectDir: project.folder, database });
    expect(findings.actions).toMatchObject([
      { effect: "keyed", status: "failed", error: { message: 'column "nothing" does not exist' } },
    ]);
  });

  it("refuses what it could not keep exact, and says why", async () => {
    await database.query("create view shop.seen as table shop.orders");
    const project = temporaryProject({
      "orders.sqlx": orders,
      "seen.sqlx": orders,
      "of_view.sqlx": totals().replaceAll("orders", "seen"),
      "totals.sqlx": totals(),
      "wrong_own.sqlx": totals().replace(`["customer"] }`, `{ customer: "client" } }`),
      "wrong_source.sqlx": totals().replace(`["customer"] }`, `{ custommer: "customer" } }`),
      "null_key.sqlx": totals().replace("group by", "where customer > 0 or true group by"),
    });
    const first = await run(project);
    expect(
      Object.fromEntries(
        first.actions.map((each) => [each.target.name, errorOf(first, each.target.name)?.message]),
      ),
    ).toEqual({
      of_view: "postgres.follows names shop.seen, which is no table: its changes cannot be known",
      wrong_own: expect.stringMatching(
        /names the column "client", which the query of shop.wrong_own/,
      ),
      wrong_source: expect.stringMatching(
        /names the column "custommer", which shop.orders does not/,
      ),
      totals: undefined,
      null_key: undefined,
    });
    expect(errorOf(first, "wrong_source")?.hint).toBe('did you mean "customer"?');
    await database.query("insert into shop.orders values (20, null, 1)");
    const unfiltered = totals().replace(/\$\{when.*\}/, "");
    for (const fullRefresh of [false, true]) {
      project.write("totals.sqlx", unfiltered);
      const second = await run(project, { actions: ["totals"], fullRefresh });
      expect(errorOf(second, "totals")?.message).toMatch(
        /^1 row of shop.totals has NULL in the key by which it follows others \(customer\)/,
      );
    }
  });

  it("refuses settings that mean nothing", async () => {
    const wrong = (settings: string, type = "incremental") =>
      `config { type: "${type}", postgres: { ${settings} } }\nselect 1 as id`;
    const project = temporaryProject({
      "orders.sqlx": orders,
      "a.sqlx": wrong(`follows: { order: ["id"] }`),
      "b.sqlx": wrong(`follows: { orders: {} }`),
      "c.sqlx": wrong(`follows: { orders: ["id"] }`, "table"),
      "d.sqlx": wrong(`recomputeWhen: ["orders"]`),
      "f.sqlx": wrong(`stamps: { at: { update: "now()" } }`),
      "e.sqlx": wrong(`follows: { e: ["id"] }, recomputeWhen: ["vars.zone"]`),
    });
    const { graphErrors } = await compileInWorker({ projectDir: project.folder });
    const messages = (graphErrors?.compilationErrors ?? []).map(({ message }) => message).sort();
    expect(messages.map((message) => message.replace(/^.*?postgres/, "postgres"))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/follows: no single action or declaration is named "order"; did you/),
        expect.stringMatching(/follows.orders must name a column/),
        expect.stringMatching(/postgres.follows is for incremental tables/),
        "postgres.recomputeWhen means nothing without postgres.follows",
        "postgres.follows names the table itself alone: name what it is made of, too",
        "postgres.stamps.at; known are insert",
        'postgres.recomputeWhen: the project has no variable "zone"',
      ]),
    );
  });
});
