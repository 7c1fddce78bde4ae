import { describe, expect, it, onTestFinished } from "vitest";
import { openUrl } from "../../support/opened-database.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

// What PostgreSQL would rather take for a value or literal than the function of the catalogue.
const preferred = `case t.typname
  when 'name' then 'text' when 'char' then 'text' when 'any' then 'integer'
  when 'anyelement' then 'integer' when 'anynonarray' then 'integer' when 'anyarray' then 'text[]'
  when 'anycompatible' then 'integer' when 'anycompatiblearray' then 'text[]'
  when 'anyenum' then 'text' when 'anyrange' then 'int4range' when 'anymultirange' then 'int4multirange'
  when 'record' then 'record' when 'regclass' then 'oid' else format_type(t.oid, null) end`;

const shadows = `
do $$
declare
  made record;
begin
  for made in
    select distinct p.proname, coalesce(args.list, '') as args
    from pg_proc as p
    join pg_type as r on r.oid = p.prorettype and r.typtype = 'b'
    cross join lateral (
      select string_agg(${preferred}, ', ' order by n) as list, count(*) as count,
        bool_and(t.typtype in ('b', 'r', 'm') or t.typname ~ '^any' ) as isPlain
      from unnest(p.proargtypes) with ordinality as a (oid, n) join pg_type as t on t.oid = a.oid
    ) as args
    where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'a')
      and args.count <= 4 and coalesce(args.isPlain, true) and p.proname !~ '(in|out|recv|send)$'
  loop
    begin
      execute format('create function public.%I(%s) returns text language plpgsql as
        ''begin raise exception ''''%s was hijacked''''; end''', made.proname, made.args, made.proname);
    exception when others then null;
    end;
  end loop;
  for made in
    select distinct o.oprname, format_type(o.oprleft, null) as l, format_type(o.oprright, null) as r
    from pg_operator as o
    where o.oprnamespace = 'pg_catalog'::regnamespace and o.oprleft <> 0
    union
    select o, t, t from unnest(array['=', '<>', '>', '<', '>=', '<=', '||', '+', '-', '~~', '~', '!~', '*<>']) as o,
      unnest(array['varchar', 'name', 'text', 'oid', 'regclass', 'char', 'integer', 'smallint', 'bigint']) as t
  loop
    begin
      execute format('create function public.hijack(%s, %s) returns boolean language plpgsql as
        ''begin raise exception ''''an operator was hijacked''''; end''', made.l, made.r);
    exception when others then null;
    end;
    begin
      execute format('create operator public.%s (leftarg = %s, rightarg = %s, function = public.hijack)',
        made.oprname, made.l, made.r);
    exception when others then null;
    end;
  end loop;
  for made in select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v')
  loop
    execute format('create view public.%I as select null::text as oid', made.relname);
  end loop;
end $$`;

// The project's SQL names no function or operator: only the runner's own SQL can be hijacked.
const project = {
  "plain.sqlx": `config { type: "table", description: "one", columns: { id: "the \\\\ id" },
  assertions: { rowConditions: ["id is not null"] },
  postgres: { indexes: [{ columns: ["id"] }], grants: { select: ["public"] }, fillfactor: 90 } }
select 1 as id, 'a' as code`,
  "kept.sqlx": `config { type: "table", postgres: { primaryKey: ["id"], replace: "inPlace" } }
select 1 as id, current_timestamp as at`,
  "merged.sqlx": `config { type: "incremental", uniqueKey: ["id"] }
select 'k' as id, current_timestamp as at`,
  "sliced.sqlx": `config { type: "incremental", incrementalStrategy: "INSERT_OVERWRITE",
  bigquery: { partitionBy: "DATE(at)" } }
select 1 as id, timestamp '2024-01-01 10:00' as at`,
  "parted.sqlx": `config { type: "incremental", incrementalStrategy: "INSERT_OVERWRITE",
  bigquery: { partitionBy: "day" }, postgres: { partitionBy: { column: "day", range: "day" } } }
select 1 as id, date '2024-01-01' as day`,
  "seen.sqlx": 'config { type: "view" } select id from ${ref("plain")}',
  "filled.sqlx": 'config { type: "view", materialized: true } select id from ${ref("plain")}',
  "checked.sqlx": 'config { type: "assertion" } select id from ${ref("plain")} where id is null',
  "done.sqlx": 'config { type: "operations" } select 1',
};

describe.each(anyServer())("names that others make on $name", (server) => {
  it("are not looked up by the runner's own SQL", async () => {
    const { database, url, rows } = await runInDatabase(server);
    const role = `mallory_${process.pid}_${server.name.replace(/\W/g, "")}`.toLowerCase();
    await rows(
      `drop role if exists ${role}; create role ${role}; grant create on schema public to ${role}`,
    );
    onTestFinished(async () => {
      await rows(`drop owned by ${role}; drop role ${role}`);
    });
    await database.session(async (session) => {
      await session.query(`set role ${role}`);
      await session.query(shadows);
    });
    const count =
      "select pg_catalog.count(*) from pg_catalog.pg_proc where pronamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace";
    expect(Number((await rows(count))[0]?.[0])).toBeGreaterThan(1500);
    const files = temporaryProject(project);
    // At last even names that the author's SQL finds in the catalogue are those of others.
    const path =
      "select pg_catalog.format('alter database %I set search_path = public, pg_catalog', pg_catalog.current_database())";
    for (const count of [1, 2, 3, 4]) {
      if (count === 3) await rows((await rows(path))[0]?.[0] ?? "");
      const used = count < 3 ? database : await openUrl(url);
      const result = await runProject({ projectDir: files.folder, database: used });
      const errors = result.actions.flatMap(({ target, tasks }) =>
        tasks.flatMap(({ error }) => (error ? [{ name: target.name, ...error }] : [])),
      );
      expect(errors).toEqual([]);
      expect(result.status).toBe("successful");
    }
  });
});
