import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import { resultOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, type TestServer } from "../../support/test-database.ts";

const declared = `config { type: "declaration", schema: "shop" }`;
const totals = (...tables: string[]) => `config {
    type: "incremental", uniqueKey: ["customer"],
    postgres: { follows: { ${tables.map((name) => `${name}: ["customer"]`).join(", ")} } }
  }
  select customer, sum(amount) as amount
  from (${tables.map((name) => `select * from \${ref("${name}")}`).join(" union all ")}) as rows
  group by customer`;

/** A database with two tables, and what its tests do in it. */
async function prepared(server: TestServer) {
  const { database, rows } = await runInDatabase(server);
  await database.query(`create schema shop;
    create table shop.orders (customer int, amount int); insert into shop.orders values (1, 1);
    create table shop.refunds (customer int, amount int); insert into shop.refunds values (1, -1)`);
  const run = async (project: TemporaryProject) => {
    const notices: string[] = [];
    const listener = (event: RunEvent) => {
      if (event.type === "notice") notices.push(event.message);
    };
    const result = await runProject({ projectDir: project.folder, database, listener });
    expect(statusesOf(result)).toEqual({ totals: "successful" });
    return { result, notices: notices.filter((text) => /no longer follows|again/.test(text)) };
  };
  const left = async () => [
    await rows(`select c.relname, count(*) from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
      where t.tgname like 'dataform_changes_%' group by 1 order by 1`),
    await rows("select followed_name from dataform_postgres.followers order by 1"),
    await rows("select count(*) from pg_tables where tablename like 'changes\\_%'"),
  ];
  return { database, run, left };
}

describe.each(anyServer())("the locks of a followed table on $name", (server) => {
  const ofBoth = [
    [
      ["orders", "4"],
      ["refunds", "4"],
    ],
    [["orders"], ["refunds"]],
    [["2"]],
  ];
  const ofNone = [[], [], [["0"]]];
  const ofOrders = [[["orders", "4"]], [["orders"]], [["1"]]];
  const plain = `config { type: "table" }\nselect 1 as customer, 1 as amount`;

  async function expectNoWait(text: string, unfollowed: string[], afterwards: unknown) {
    const { database, run, left } = await prepared(server);
    const project = temporaryProject({
      "orders.sqlx": declared,
      "refunds.sqlx": declared,
      "totals.sqlx": totals("orders", "refunds"),
    });
    expect((await run(project)).notices).toEqual([]);
    expect(await left()).toEqual(ofBoth);
    project.write("totals.sqlx", text);
    await database.session(async (reader) => {
      await reader.query(
        `begin; ${unfollowed.map((name) => `select from shop.${name}`).join("; ")}`,
      );
      expect((await run(project)).notices).toEqual([
        expect.stringMatching(
          /^shop.totals: what logs changes .* could not be removed: .*; the next run tries again$/,
        ),
      ]);
      expect(await left()).toEqual(ofBoth);
      await reader.query("rollback");
    });
    expect((await run(project)).notices).toEqual([]);
    expect(await left()).toEqual(afterwards);
  }

  it("are not waited for by a run that follows fewer tables or none any more, which cleans up later", async () => {
    // Both runs try for more than a second, side by side.
    await Promise.all([
      expectNoWait(plain, ["orders", "refunds"], ofNone),
      expectNoWait(totals("orders"), ["refunds"], ofOrders),
    ]);
  });

  it("are asked for again when they could not be had in time", async () => {
    const { database, run, left } = await prepared(server);
    // A sequence never goes back, whatever is rolled back.
    await database.query(`create sequence public.calls;
      create function public.refuse() returns event_trigger language plpgsql as $$ begin
        if nextval('public.calls') <= 2 then
          raise exception 'in use' using errcode = '55P03';
        end if;
      end $$;
      create event trigger refusing on ddl_command_start when tag in ('CREATE TRIGGER')
        execute function public.refuse()`);
    const project = temporaryProject({ "orders.sqlx": declared, "totals.sqlx": totals("orders") });
    const { result, notices } = await run(project);
    expect(resultOf(result, "totals")?.retries).toBe(2);
    expect(notices).toEqual([
      "shop.totals: in use; trying again (1 of 2)",
      "shop.totals: in use; trying again (2 of 2)",
    ]);
    expect((await left())[0]).toEqual([["orders", "4"]]);
  });
});
