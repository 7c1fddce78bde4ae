import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { dumpCatalogue } from "./catalogue.ts";
import { usePlans } from "./planned.ts";

const ref = (name: string) => `\${ref("${name}")}`;

const project = () =>
  temporaryProject({
    "orders.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"] } }
select id, note, 1 as added from public.source
post_operations { alter table \${self()} add foreign key (id) references public.source (id) }`,
    "facts.sqlx": `config { type: "incremental", uniqueKey: ["id"] }
select id, note from ${ref("orders")} \${when(incremental(), \`where id > (select max(id) from \${self()})\`)}`,
    "seen.sqlx": `config { type: "view" }\nselect * from ${ref("facts")}`,
    "summary.sqlx": `config { type: "view", materialized: true }\nselect count(*) as n from ${ref("facts")}`,
    "changes.sqlx": `config { type: "operations", dependencies: ["summary"] }
delete from public.source;
select id from public.source for update;
update shop.facts set note = 'b';
alter table public.source add column late int; truncate public.loose; drop table public.loose`,
    "last.sqlx": `config { type: "view", dependencies: ["changes", "seen"] }\nselect 1 as id`,
  });

const tables = `
  create table public.source (id int primary key, note text);
  insert into public.source values (1, 'x');
  create table public.loose (id int);
  create schema shop;
  create table shop.orders (id int, note text);
  create table shop.facts (id int, note text);
  create view shop.seen as select 1 as one`;

// Holds the plan up at its last action, with everything before it still in its transaction.
const hold = `
  create function public.hold() returns event_trigger language plpgsql as $$
  begin
    if exists (select from pg_event_trigger_ddl_commands() where object_identity like '%.last') then
      while not pg_try_advisory_xact_lock(4711) loop
        perform pg_sleep(0.02);
      end loop;
    end if;
  end $$;
  create event trigger hold on ddl_command_end execute function public.hold()`;

describe.each(anyServer())("a plan at work on $name", (server) => {
  const { url, validate, query, database } = usePlans(server);

  it("holds no lock on live relations but those of a reader, and lets readers and writers go on", async () => {
    await query(tables);
    await query(hold);
    const other = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url() } });
    try {
      await database().session(async (gate) => {
        await gate.query("select pg_advisory_lock(4711)");
        const planning = validate(project(), {}, other);
        await heldUp(query);
        expect(await locksOfOthers(query)).toEqual([["AccessShareLock"]]);
        await query(`
          set lock_timeout = '60s';
          insert into public.source values (2, 'y');
          update shop.orders set note = 'z';
          delete from shop.facts;
          insert into shop.facts select id, note from public.source;
          select * from shop.seen`);
        await gate.query("select pg_advisory_unlock(4711)");
        const { findings } = await planning;
        expect(findings.actions.filter(({ status }) => status !== "checked")).toEqual([]);
      });
    } finally {
      await other.close();
    }
  });

  it("leaves every row of the catalogue as it was", async () => {
    await query(tables);
    const before = await dumpCatalogue(database());
    const { findings } = await validate(project());
    expect(findings.actions.filter(({ status }) => status !== "checked")).toEqual([]);
    expect(await dumpCatalogue(database())).toEqual(before);
  });

  it("waits for nobody: an action that reads a locked table is not checked", async () => {
    await query("create table public.locked (id int)");
    const reader = temporaryProject({
      "reader.sqlx": `config { type: "view" }\nselect id from public.locked`,
      "other.sqlx": `config { type: "view" }\nselect 1 as id`,
    });
    await database().session(async (gate) => {
      await gate.query("begin; lock table public.locked");
      const { findings } = await validate(reader);
      const [first, second] = [...findings.actions].sort((a, b) =>
        a.target.name < b.target.name ? -1 : 1,
      );
      expect(first).toMatchObject({ target: { name: "other" }, status: "checked" });
      expect(second).toMatchObject({
        status: "notChecked",
        reason: expect.stringMatching(/^canceling statement due to lock timeout; process \d+ /),
      });
    });
  });

  it("says so and prints the plan when the role may not make schemas", async () => {
    await query(tables);
    const role = `reader_${process.pid}_${server.name.replace(/\W/g, "")}`.toLowerCase();
    await query(`drop role if exists ${role}; create role ${role}`);
    await query(`grant usage on schema shop to ${role}`);
    try {
      const database_ = database();
      const asRole = {
        ...database_,
        session: <T>(use: Parameters<typeof database_.session<T>>[0]) =>
          database_.session(async (session) => {
            await session.own.query(`set role ${role}`);
            return use(session);
          }),
      };
      const { graph, findings } = await validate(project(), {}, asRole);
      expect(findings.validated).toBe(false);
      expect(findings.notice).toContain("may not create schemas: permission denied for database");
      expect(graph.actions).toHaveLength(findings.actions.length);
      const effects = new Map(findings.actions.map((each) => [each.target.name, each.effect]));
      expect([effects.get("orders"), effects.get("facts"), effects.get("last")]).toEqual([
        "replaceRows",
        "merge",
        "create",
      ]);
    } finally {
      await query(`drop owned by ${role}; drop role ${role}`);
    }
  });
});

type Query = (sql: string) => Promise<(string | null)[][]>;

async function heldUp(query: Query): Promise<void> {
  const sleeping =
    "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
  while ((await query(sleeping))[0]?.[0] !== "1") await delay(10);
}

function locksOfOthers(query: Query): Promise<(string | null)[][]> {
  return query(`
    select distinct mode
    from pg_locks as l
    join pg_class as c on c.oid = l.relation
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('shop', 'public') and l.pid <> pg_backend_pid()
      and l.database = (select oid from pg_database where datname = current_database())
    order by mode`);
}
