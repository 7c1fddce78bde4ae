/**
 * SQL over `c`, a row of pg_class, that changes whenever the meaning of the relation for its readers does: its name and
 * that of its schema, columns, rules, policies, inheritance, and other relations of its name in the author's search path.
 * `path` is SQL for the schemas in it, as oid[].
 */
export function definitionMark(path: string): string {
  return hashOf(definition(path));
}

/** SQL over `c` that changes with every committed change of its rows; null for a relation without rows of its own. */
export const rowsMark = `
  case when c.relkind in ('r', 'm') then ${storedRows("c", "")} end`;

/**
 * SQL over `c`, a relation that a run has published: its definition with everything that is attached to it, and the
 * rows of its partitions. `isPending` adds the changes of the transaction that is still open.
 */
export function targetMark(path: string, { isPending }: { isPending: boolean }): string {
  // Rows of another access method are not counted: such a mark equals no other.
  const method =
    "case when leaf.relam <> (select oid from pg_am where amname = 'heap') then clock_timestamp()::text end";
  const rows = `
    select string_agg(concat_ws(' ', leaf.oid, leaf.relispartition, ${method}, ${storedRows("leaf", isPending ? "_xact" : "")}), ',' order by leaf.oid)
    from (select c.oid union select relid::oid from pg_partition_tree(c.oid)) as tree
    join pg_class as leaf on leaf.oid = tree.oid
    where leaf.relkind in ('r', 'm')`;
  return hashOf([...definition(path), ...attached, `(${rows})`]);
}

// What is counted is never taken back, also not by a rollback; `truncate` gives the relation other files.
function storedRows(alias: string, pending: "" | "_xact"): string {
  const counts = ["inserted", "updated", "deleted"].flatMap((what) => [
    `pg_stat_get_tuples_${what}(${alias}.oid)`,
    ...(pending ? [`pg_stat_get_xact_tuples_${what}(${alias}.oid)`] : []),
  ]);
  return `concat_ws(':', ${alias}.relfilenode, ${counts.join(" + ")})`;
}

function listOf(row: string, from: string, order: string): string {
  return `(select string_agg(${row}, ',' order by ${order}) from ${from})`;
}

function definition(path: string): string[] {
  return [
    ...["oid", "relname", "relnamespace", "relkind", "relpersistence", "relowner"],
    ...["relrowsecurity", "relforcerowsecurity", "relispopulated", "reloptions", "relpartbound"],
  ]
    .map((name) => `c.${name}::text`)
    .concat([
      // A schema that is renamed leaves its name to another one, and its number is the same as before.
      "(select s.nspname::text from pg_namespace as s where s.oid = c.relnamespace)",
      listOf("a::text", "pg_attribute as a where a.attrelid = c.oid and a.attnum > 0", "a.attnum"),
      listOf("d.adbin::text", "pg_attrdef as d where d.adrelid = c.oid", "d.adnum"),
      listOf("r.ev_action::text", "pg_rewrite as r where r.ev_class = c.oid", "r.rulename"),
      listOf("i::text", "pg_inherits as i where i.inhparent = c.oid", "i.inhrelid"),
      listOf("i::text", "pg_inherits as i where i.inhrelid = c.oid", "i.inhparent"),
      listOf(
        "o.oid::text",
        `pg_class as o where o.relname = c.relname and o.relnamespace = any(${path})`,
        "o.oid",
      ),
    ]);
}

const attached = [
  ...["relam", "reltablespace", "relreplident", "relacl"].map((name) => `c.${name}::text`),
  listOf(
    "concat_ws(' ', x::text, ic.relname, ic.reloptions::text, ic.reltablespace)",
    "pg_index as x join pg_class as ic on ic.oid = x.indexrelid where x.indrelid = c.oid",
    "x.indexrelid",
  ),
  listOf("k::text", "pg_constraint as k where k.conrelid = c.oid", "k.oid"),
  listOf("p::text", "pg_policy as p where p.polrelid = c.oid", "p.oid"),
  // Those of `postgres.follows` are made by the tables that follow.
  listOf(
    "t::text",
    "pg_trigger as t where t.tgrelid = c.oid and not t.tgisinternal and t.tgname not like 'dataform\\_changes\\_%'",
    "t.oid",
  ),
  listOf(
    "concat_ws(' ', d.objsubid, d.description)",
    "pg_description as d where d.classoid = 'pg_class'::regclass and d.objoid = c.oid",
    "d.objsubid",
  ),
];

/** SQL for one hash of several texts, each of which may be null. */
export function hashOf(texts: readonly string[]): string {
  return `encode(sha256(convert_to(jsonb_build_array(${texts.join(",\n    ")})::text, 'UTF8')), 'hex')`;
}
