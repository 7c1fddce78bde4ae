import { attribute, column, type Part } from "./part.ts";

// From PostgreSQL 18 on NOT NULL is a constraint with a name.
/** NOT NULL of columns. */
export const notNull: Part[] = [
  {
    what: "format('NOT NULL of %I', t.attname)",
    phase: "build",
    statement: "format('alter table %s alter column %I set not null', onto, t.attname)",
    columns: column,
    mayGo: "true",
    from: `${attribute} and t.attnotnull
      where not exists (select from pg_constraint as k where k.conrelid = c.oid
        and k.contype = 'n' and k.conkey = array[t.attnum])`,
  },
];

// All that PostgreSQL has; servers made from it keep numbers of their own beside them.
const isOfUsers = "option_name in ('n_distinct', 'n_distinct_inherited')";

/** Defaults, storage, compression, statistics targets and options of columns. */
export const columnSettings: Part[] = [
  {
    ...columnSetting(
      "'set default ' || pg_get_expr(e.adbin, e.adrelid)",
      "join pg_attrdef as e on e.adrelid = c.oid and e.adnum = t.attnum and t.attgenerated = ''",
    ),
    what: "format('the default of column %I', t.attname)",
    // Others have added a column of a table that fills itself and that the query does not give: its values would be lost.
    mayGo: "c.kind = 'view'",
  },
  columnSetting(
    "'set storage ' || case t.attstorage when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended' else 'main' end",
    "join pg_type as y on y.oid = t.atttypid and y.typstorage <> t.attstorage and c.relkind <> 'v'",
  ),
  columnSetting(
    "'set compression ' || case t.attcompression when 'p' then 'pglz' else 'lz4' end",
    "and t.attcompression <> ''",
  ),
  columnSetting(
    "'set statistics ' || t.attstattarget",
    "and coalesce(t.attstattarget, -1) >= 0 and c.relkind <> 'v'",
  ),
  columnSetting(
    `format('set (%s)', (select string_agg(format('%s = %s', option_name, option_value), ', ' order by option_name)
      from pg_options_to_table(t.attoptions) where ${isOfUsers}))`,
    `and exists (select from pg_options_to_table(t.attoptions) where ${isOfUsers})`,
  ),
];

function columnSetting(action: string, condition: string): Part {
  return {
    what: "format('the settings of column %I', t.attname)",
    phase: "build",
    statement: `format('alter table %s alter column %I ', onto, t.attname) || ${action}`,
    columns: column,
    mayGo: "true",
    from: `${attribute} ${condition}`,
  };
}
