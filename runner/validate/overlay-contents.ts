import type { Session } from "../database/database.ts";

/** A relation, type or function of an overlay, with the statements that make it again without rows. */
export interface OverlayObject {
  id: string;
  schema: string;
  name: string;
  isTable: boolean;
  /** For statements that read it: a view has its columns, a table no foreign keys. */
  toRead: string[];
  /** For statements that change it. */
  toChange: string[];
  /** Relations and functions of the overlay, by `id`, that it needs: they cannot be dropped before it. */
  needs: string[];
}

/** The `id` of a relation, by the schema of the overlay. */
export function relationId(schema: string, name: string): string {
  return JSON.stringify(["relation", schema, name]);
}

/** Reads what the schemas of an overlay hold, apart from comments, rights, policies and statistics. */
export async function readOverlay(
  session: Session,
  schemas: readonly string[],
): Promise<OverlayObject[]> {
  const { rows } = await session.query(contentsQuery, [JSON.stringify(schemas)]);
  return rows.map(([id, schema, name, isTable, toRead, other, needs]) => {
    const [simple, whole] = [statements(toRead), statements(other)];
    return {
      ...{ id: id ?? "", schema: schema ?? "", name: name ?? "" },
      isTable: isTable === "t",
      toRead: simple,
      toChange: whole.length === 0 ? simple : isTable === "t" ? [...simple, ...whole] : whole,
      needs: statements(needs),
    };
  });
}

function statements(json: string | null | undefined): string[] {
  return JSON.parse(json ?? "[]") as string[];
}

const place = "format('%I.%I', c.nspname, c.relname)";
const idOf = (kind: string, schema: string, name: string) =>
  `json_build_array('${kind}', ${schema}, ${name})::text`;
const routineId = (routine: string, space: string) =>
  idOf(
    "routine",
    `${space}.nspname`,
    `${routine}.proname, pg_get_function_identity_arguments(${routine}.oid)`,
  );

/** The columns of the relation `c`, each written as an expression says, with commas. */
const columns = (expression: string) => `coalesce((
      select string_agg(${expression}, ', ' order by a.attnum)
      from pg_attribute as a
      join pg_type as t on t.oid = a.atttypid
      left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '')`;

const type = `format_type(a.atttypid, a.atttypmod) ||
        case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation else '' end`;

const value = `case
        when a.attidentity <> '' then
          format(' generated %s as identity', case a.attidentity when 'a' then 'always' else 'by default' end)
        when a.attgenerated <> '' then
          format(' generated always as (%s)%s', pg_get_expr(d.adbin, d.adrelid),
            case a.attgenerated when 's' then ' stored' else '' end)
        when a.atthasdef then ' default ' || pg_get_expr(d.adbin, d.adrelid)
        else '' end`;

const nulls = columns(`format('null::%s as %I', ${type}, a.attname)`);
const definitions = columns(
  `format('%I %s%s%s', a.attname, ${type}, ${value}, case when a.attnotnull then ' not null' else '' end)`,
);

const constraints = (kinds: string) => `array(
      select format('alter table %s add constraint %I %s', ${place}, k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint as k
      where k.conrelid = c.oid and k.contype in (${kinds}) and k.conparentid = 0 and k.conislocal
      order by k.conname)`;

const indexes = `array(
      select pg_get_indexdef(i.indexrelid)
      from pg_index as i
      where i.indrelid = c.oid
        and not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.conrelid = c.oid)
        and not exists (select from pg_inherits as h where h.inhrelid = i.indexrelid)
      order by i.indexrelid)`;

const triggers = `array(
      select pg_get_triggerdef(g.oid)
      from pg_trigger as g
      where g.tgrelid = c.oid and not g.tgisinternal and g.tgparentid = 0
      order by g.oid) || array(
      select pg_get_ruledef(r.oid)
      from pg_rewrite as r
      where r.ev_class = c.oid and r.rulename <> '_RETURN'
      order by r.oid)`;

const table = `case when c.relispartition then (
        select format('create table %s partition of %s %s', ${place}, h.inhparent::regclass, pg_get_expr(c.relpartbound, c.oid))
        from pg_inherits as h where h.inhrelid = c.oid)
      else format('create %stable %s (%s)', case c.relpersistence when 'u' then 'unlogged ' else '' end, ${place}, ${definitions})
      end || coalesce(' partition by ' || pg_get_partkeydef(c.oid), '')`;

const viewOptions = "coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')";
const viewQuery = "rtrim(pg_get_viewdef(c.oid), '; ')";

const toRead = `case c.relkind
      when 'v' then array[format('create view %s as select %s where false', ${place}, ${nulls})]
      when 'm' then array[format('create materialized view %s as select %s where false with no data', ${place}, ${nulls})] || ${indexes}
      when 'S' then array['create sequence ' || ${place}]
      when 'c' then array[format('create type %s as (%s)', ${place}, ${columns(`format('%I %s', a.attname, ${type})`)})]
      else array[${table}] || ${constraints("'p', 'u', 'c', 'x'")} || ${indexes} || ${triggers}
      end`;

// Views anew, and what tables have besides.
const other = `case c.relkind
      when 'v' then array[format('create view %s%s as %s', ${place}, ${viewOptions}, ${viewQuery})] || ${triggers}
      when 'm' then array[format('create materialized view %s as %s with no data', ${place}, ${viewQuery})] || ${indexes}
      when 'r' then ${constraints("'f'")}
      when 'p' then ${constraints("'f'")}
      else array[]::text[]
      end`;

const needs = `array(
      select ${idOf("relation", "n.nspname", "o.relname")}
      from pg_class as o
      join spaces as n on n.oid = o.relnamespace
      where o.oid <> c.oid and (
        o.oid in (select k.confrelid from pg_constraint as k where k.conrelid = c.oid and k.contype = 'f')
        or o.oid in (select h.inhparent from pg_inherits as h where h.inhrelid = c.oid)
        or o.oid in (
          select d.refobjid
          from pg_rewrite as r
          join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
          where r.ev_class = c.oid and d.refclassid = 'pg_class'::regclass)))
      || array(
      select ${routineId("f", "n")}
      from pg_rewrite as r
      join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
      join pg_proc as f on d.refclassid = 'pg_proc'::regclass and f.oid = d.refobjid
      join spaces as n on n.oid = f.pronamespace
      where r.ev_class = c.oid)`;

// Bodies of functions were read when they were made; they may need what is not there yet.
const routine = `array[
      'select set_config(''dataform.bodies'', current_setting(''check_function_bodies''), true)',
      'set local check_function_bodies = off',
      pg_get_functiondef(f.oid),
      'select set_config(''check_function_bodies'', current_setting(''dataform.bodies''), true)']`;

const domain = `array[format('create domain %I.%I as %s%s%s%s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
      case when t.typcollation <> b.typcollation then ' collate ' || t.typcollation::regcollation else '' end,
      coalesce(' default ' || pg_get_expr(t.typdefaultbin, 0), ''), case when t.typnotnull then ' not null' else '' end)]
      || array(
      select format('alter domain %I.%I add constraint %I %s', n.nspname, t.typname, k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint as k where k.contypid = t.oid and k.contype = 'c' order by k.conname)`;

const valueType = `case t.typtype
      when 'e' then array[format('create type %I.%I as enum (%s)', n.nspname, t.typname, (
        select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid))]
      when 'r' then array[format('create type %I.%I as range (subtype = %s)', n.nspname, t.typname, (
        select format_type(g.rngsubtype, null) from pg_range as g where g.rngtypid = t.oid))]
      else ${domain} end`;

const contentsQuery = `
  with
  spaces as (
    select oid, nspname from pg_namespace where nspname in (select json_array_elements_text($1))
  ),
  relations as (
    select c.*, n.nspname
    from pg_class as c
    join spaces as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'c')
      and not exists (
        select from pg_depend as d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'
          and d.refclassid = 'pg_class'::regclass and c.relkind = 'S')
  )
  select ${idOf("relation", "c.nspname", "c.relname")}, c.nspname, c.relname, c.relkind in ('r', 'p'),
    to_json(${toRead}), to_json(${other}), to_json(${needs})
  from relations as c
  union all
  select ${routineId("f", "n")}, n.nspname, f.proname, false, to_json(${routine}), '[]', to_json(array(
      select distinct ${idOf("relation", "m.nspname", "o.relname")}
      from pg_depend as d
      left join pg_type as t on d.refclassid = 'pg_type'::regclass and t.oid = d.refobjid
      join pg_class as o on o.oid in (t.typrelid, case d.refclassid when 'pg_class'::regclass then d.refobjid end)
      join spaces as m on m.oid = o.relnamespace
      where d.classid = 'pg_proc'::regclass and d.objid = f.oid))
  from pg_proc as f join spaces as n on n.oid = f.pronamespace
  where f.prokind in ('f', 'p', 'w') and not exists (
    select from pg_depend as d where d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'i')
  union all
  select ${idOf("type", "n.nspname", "t.typname")}, n.nspname, t.typname, false, to_json(${valueType}), '[]', '[]'
  from pg_type as t
  join spaces as n on n.oid = t.typnamespace
  left join pg_type as b on b.oid = t.typbasetype
  where t.typtype in ('e', 'd', 'r')`;
