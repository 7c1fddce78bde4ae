import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import { type Target, targetName } from "../../target.ts";

/**
 * What can change the rows of a table without any statement that writes rows: its columns, and for the
 * table itself and each of its partitions and child tables, by their oids, the number of its files, the
 * state of the triggers that log its changes, and whether somebody writes or hides rows without them.
 */
export interface TableParts {
  columns: string;
  states: Record<string, string>;
}

/** The parts of a table, with the name of each as SQL. */
export interface NamedParts extends TableParts {
  names: Record<string, string>;
  /** Why the triggers do not tell of all changes of its rows, as part of a sentence. */
  untold: string | undefined;
}

/** The table with the oid, its partitions and its child tables, as SQL for a recursive query. */
export function familyOf(oid: string): string {
  return `family (oid) as (
      select ${oid}::oid
      union
      select i.inhrelid from family join pg_catalog.pg_inherits as i on i.inhparent = family.oid
      where not i.inhdetachpending
    )`;
}

/** The oid of a table as SQL; NULL when there is none. */
export function oidOf(target: Target): string {
  return `to_regclass(${quoteLiteral(qualifiedName(target))})`;
}

/** Reads the parts of a table; `log` is the id of the log whose triggers belong to its state. */
export async function readParts(
  session: Session,
  target: Target,
  log: string | undefined,
): Promise<NamedParts> {
  // A crash empties unlogged tables, which keep their files; it resets the counters of the server.
  const triggers = quoteLiteral(`dataform\\_changes\\_${log ?? ""}\\_%`);
  const { rows } = await session.query(`
    with recursive ${familyOf(oidOf(target))},
    untold as (
      select oid, case
        when oid = ${oidOf(target)} and row_security_active(oid) then 'filtered'
        when ${log === undefined} then null
        when exists (select from pg_subscription_rel where srrelid = oid) then 'subscribed'
        when oid = ${oidOf(target)} and exists (select from pg_inherits where inhrelid = oid) then 'part'
        end as why
      from family
    )
    select c.oid, format('%I.%I', n.nspname, c.relname), c.relkind,
      concat_ws(' ', c.relfilenode,
        case when c.relpersistence = 'u' then (select stats_reset::text from pg_stat_bgwriter) end,
        (select string_agg(t.xmin::text || t.tgenabled::text, ' ' order by t.tgname)
          from pg_trigger as t where t.tgrelid = c.oid and t.tgname like ${triggers}),
        untold.why),
      (select jsonb_agg(jsonb_build_array(attnum, attname, atttypid, atttypmod, attcollation)
          || coalesce(to_jsonb(${valuesOf("pg_attribute")}), '[]') order by attnum)::text
        from pg_attribute
        where attrelid = c.oid and c.oid = ${oidOf(target)} and attnum > 0 and not attisdropped),
      untold.why
    from family join pg_class as c on c.oid = family.oid
    join untold on untold.oid = c.oid
    join pg_namespace as n on n.oid = c.relnamespace`);
  const parts: NamedParts = { columns: "", states: {}, names: {}, untold: undefined };
  for (const [oid, name, kind, state, columns, untold] of rows) {
    if (columns) parts.columns = shortHash(columns);
    parts.states[oid ?? ""] = state ?? "";
    if (kind !== "p") parts.names[oid ?? ""] = name ?? "";
    const why = kind === "f" ? "foreign" : untold;
    if (why) parts.untold = reasons[why]?.(name ?? "");
  }
  return parts;
}

/**
 * SQL: what gives the stored values of a column another meaning although no file is written: the expression of a virtual
 * column, the labels of an enum, and the names of the fields of a record. NULL for any other column.
 */
function valuesOf(column: string): string {
  return `coalesce(
    (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef as d
      where d.adrelid = ${column}.attrelid and d.adnum = ${column}.attnum and ${column}.attgenerated = 'v'),
    (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_type as t
      join pg_enum as e on e.enumtypid in (t.oid, t.typelem, t.typbasetype) where t.oid = ${column}.atttypid),
    (select string_agg(a.attname, ',' order by a.attnum) from pg_type as t
      join pg_attribute as a on a.attrelid = t.typrelid and a.attnum > 0 where t.oid = ${column}.atttypid))`;
}

const reasons: Record<string, (name: string) => string> = {
  foreign: (name) => `${name} is a foreign table, whose changes are not known`,
  filtered: (name) => `row level security decides which rows of ${name} are read`,
  part: (name) =>
    `${name} is a part of another table: a statement that names that one runs the triggers of that one`,
  subscribed: (name) => `a subscription writes ${name}, and triggers are not told of it`,
};

/**
 * Returns why rows may have changed without a statement that the triggers saw, as part of a sentence;
 * undefined when they have not. Parts that are new are no reason.
 */
export function whyUnknown(
  target: Target,
  earlier: TableParts | undefined,
  now: NamedParts,
): string | undefined {
  const name = targetName(target);
  if (now.untold) return now.untold;
  if (!earlier) return `an earlier version of dataform-postgres did not see all changes of ${name}`;
  if (earlier.columns !== now.columns) return `${name} has other columns`;
  for (const [oid, state] of Object.entries(earlier.states)) {
    if (now.states[oid] === undefined) return `a part of ${name} is gone`;
    if (now.states[oid] !== state)
      return `${name} was truncated or written anew, or its triggers were off`;
  }
  return undefined;
}

/** Returns the names, as SQL, of the parts that have come since. */
export function newParts(earlier: TableParts, now: NamedParts): string[] {
  return Object.entries(now.names).flatMap(([oid, name]) =>
    earlier.states[oid] === undefined ? [name] : [],
  );
}
