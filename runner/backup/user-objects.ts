/** Schemas of users, by name and oid. */
export const userSchemas = `
  select oid, nspname
  from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'`;

/** The first oid of what was not there when the server was made. */
export const firstOfUsers = 16_384;

/** Whether an object came with an extension, which makes it again. */
export const ofExtension = (catalogue: string, oid: string) => `exists (
  select from pg_depend as e
  where e.classid = '${catalogue}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;

/** Joins the relation with that oid as `c` and its schema as `n`, unless it came with an extension. */
export const relationOf = (table: string) => `
  inner join pg_class as c on c.oid = ${table}
  inner join (${userSchemas}) as n on n.oid = c.relnamespace and not ${ofExtension("pg_class", "c.oid")}`;

/**
 * Whether the index `i` of the table `c` may be used. What a killed `create index concurrently` left may
 * not, and may be unique over rows that are not.
 */
export const isWhole = "(i.indisvalid or c.relkind = 'p')";
