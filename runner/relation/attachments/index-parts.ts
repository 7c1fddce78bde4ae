import { isOurs } from "../../names/our-marks.ts";
import { columnsOf, named, type Part } from "./part.ts";

/** Storage parameters of the relation. */
export const storage: Part[] = [
  {
    what: "'storage parameters'",
    phase: "build",
    statement: `format('alter table %s set (%s)', onto, (
      select string_agg(format('%s%s = %L', p, option_name, option_value), ', ' order by p, option_name)
      from (
        select '' as p, o.* from pg_options_to_table(c.reloptions) as o
        union all
        select 'toast.', o.* from pg_class as x, pg_options_to_table(x.reloptions) as o
        where x.oid = c.reltoastrelid
      ) as all_options))`,
    mayGo: "true",
    from: `where c.reloptions is not null
      or exists (select from pg_class as x where x.oid = c.reltoastrelid and x.reloptions is not null)`,
  },
];

// New indexes have temporary names, because the old ones keep theirs until the table is dropped.
const builtName = (oid: string) => `'dataform_new_' || ${oid}`;

// Names of other constraints are those of one table: they can have theirs at once.
const hasIndex = "k.contype in ('p', 'u', 'x')";
const constraintName = `case when ${hasIndex} then ${builtName("k.oid")} else k.conname end`;

// A key that refers to its own table can only be made when the new one has the name.
const ownKey = "(k.contype = 'f' and k.confrelid = k.conrelid)";

/** Constraints, with their indexes. */
export const constraints: Part[] = [
  {
    what: named("constraint", "k.conname"),
    phase: "build",
    statement: `format('alter table %s add constraint %I %s', onto, ${constraintName}, pg_get_constraintdef(k.oid))`,
    columns: columnsOf("pg_constraint", "k.oid"),
    mayGo: "true",
    from: constraintsWhere("k.contype = 'n'"),
  },
  {
    what: named("constraint", "k.conname"),
    phase: "build",
    statement: `format('alter table %s add constraint %I %s', onto, ${constraintName}, pg_get_constraintdef(k.oid))`,
    columns: columnsOf("pg_constraint", "k.oid"),
    mayGo: isOurs("k.conname", "k.oid", "pg_constraint"),
    from: constraintsWhere(`k.contype not in ('n', 't') and not ${ownKey}`),
  },
  {
    what: named("constraint", "k.conname"),
    phase: "finish",
    statement:
      "format('alter table %s add constraint %I %s', self, k.conname, pg_get_constraintdef(k.oid))",
    columns: columnsOf("pg_constraint", "k.oid"),
    mayGo: isOurs("k.conname", "k.oid", "pg_constraint"),
    from: constraintsWhere(ownKey),
  },
];

// Those that a parent gives come with the parent.
/** Joins the constraints of the relation as `k`. */
export function constraintsWhere(condition: string): string {
  return `join pg_constraint as k
    on k.conrelid = c.oid and k.conparentid = 0 and k.conislocal and ${condition}`;
}

/** Joins the valid indexes as `x`. */
export const ownIndex = `join pg_index as i on i.indrelid = c.oid and i.indisvalid
  join pg_class as x on x.oid = i.indexrelid and not x.relispartition`;
const plainIndex = `${ownIndex}
  where not exists (select from pg_constraint as k where k.conindid = x.oid and k.contype in ('p', 'u', 'x'))`;
// What a postgres block has made is made again where it is still declared.
const isOurIndex = isOurs("x.relname", "x.oid", "pg_class");
const indexColumns = columnsOf("pg_class", "x.oid");
const definition = "pg_get_indexdef(x.oid)";
const head = `format('CREATE %sINDEX %I ON %s%I.%I USING ', case when i.indisunique then 'UNIQUE ' else '' end,
  x.relname, case c.relkind when 'p' then 'ONLY ' else '' end, c.relnamespace::regnamespace::name, c.relname)`;

/** Indexes of no constraint. */
export const indexes: Part[] = [
  {
    what: named("index", "x.relname"),
    phase: "build",
    statement: `format('create %sindex %I on %s using %s', case when i.indisunique then 'unique ' else '' end,
      ${builtName("x.oid")}, onto, substr(${definition}, length(${head}) + 1))`,
    columns: indexColumns,
    mayGo: isOurIndex,
    from: plainIndex,
  },
  {
    what: named("index", "x.relname"),
    phase: "finish",
    statement: `format('alter index %I.%I rename to %I', c.relnamespace::regnamespace::name, ${builtName("x.oid")}, x.relname)`,
    columns: indexColumns,
    mayGo: isOurIndex,
    from: plainIndex,
  },
];

/** The names of constraints, and the settings of indexes, which need the final names. */
export const names: Part[] = [
  {
    what: named("constraint", "k.conname"),
    phase: "finish",
    // Citus renames an index, and its constraint with it, but no constraint.
    statement: `format('alter index %I.%I rename to %I', c.relnamespace::regnamespace::name, ${builtName("k.oid")}, k.conname)`,
    columns: columnsOf("pg_constraint", "k.oid"),
    mayGo: isOurs("k.conname", "k.oid", "pg_constraint"),
    from: constraintsWhere(hasIndex),
  },
  {
    what: named("index", "x.relname"),
    phase: "finish",
    statement: `format('alter index %s set tablespace %I',
      format('%I.%I', c.relnamespace::regnamespace::name, x.relname), s.spcname)`,
    columns: indexColumns,
    mayGo: isOurIndex,
    from: `${ownIndex} join pg_tablespace as s on s.oid = x.reltablespace`,
  },
  {
    what: named("index", "x.relname"),
    phase: "finish",
    statement: `format('alter index %I.%I alter column %s set statistics %s',
      c.relnamespace::regnamespace::name, x.relname, t.attnum, t.attstattarget)`,
    columns: indexColumns,
    mayGo: isOurIndex,
    from: `${ownIndex} join pg_attribute as t on t.attrelid = x.oid and coalesce(t.attstattarget, -1) >= 0`,
  },
  {
    what: named("index", "x.relname"),
    phase: "finish",
    statement: "format('alter table %s cluster on %I', self, x.relname)",
    columns: indexColumns,
    mayGo: isOurIndex,
    from: `${ownIndex} and i.indisclustered`,
  },
];
