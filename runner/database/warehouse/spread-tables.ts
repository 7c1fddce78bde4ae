import { type Target, targetKey } from "../../target.ts";
import type { Database } from "../database.ts";

/** What a table that Citus spreads holds on all nodes; the coordinator's own counters know nothing of it. */
export interface SpreadTable extends Target {
  /** With indexes and partitions; null when a node does not tell. */
  bytes: number | null;
  /** As the nodes estimate it; null before they have been analyzed. */
  rows: number | null;
}

/** Reads the tables that Citus spreads, of those that are named, by `targetKey`; there are none without Citus. */
export async function readSpreadTables(
  database: Pick<Database, "query">,
  targets: readonly Target[],
): Promise<Map<string, SpreadTable>> {
  if (!(await hasCitus(database))) return new Map();
  const { rows } = await database.query(spreadQuery, [JSON.stringify(targets)]);
  const known = (text: string | null | undefined) => (text == null ? null : Number(text));
  return new Map(
    rows.map(([schema, name, bytes, estimate]) => {
      const target = { schema: schema ?? "", name: name ?? "" };
      return [targetKey(target), { ...target, bytes: known(bytes), rows: known(estimate) }];
    }),
  );
}

/** The names of all tables that Citus spreads in a database, sorted; none without Citus. */
export async function namesOfSpread(database: Pick<Database, "query">): Promise<string[]> {
  if (!(await hasCitus(database))) return [];
  const { rows } = await database.query(`
    select pg_namespace.nspname || '.' || pg_class.relname
    from pg_dist_partition
    join pg_class on pg_class.oid = pg_dist_partition.logicalrelid and not pg_class.relispartition
    join pg_namespace on pg_namespace.oid = pg_class.relnamespace
    where ${isSpread}
    order by 1`);
  return rows.map(([name]) => name ?? "");
}

async function hasCitus(database: Pick<Database, "query">): Promise<boolean> {
  const { rows } = await database.query("select 1 from pg_extension where extname = 'citus'");
  return rows.length > 0;
}

/** SQL condition on a row of pg_dist_partition. Local tables that Citus knows are `n` and `s`, reference tables `n` and `t`. */
export const isSpread = "(pg_dist_partition.partmethod <> 'n' or pg_dist_partition.repmodel = 't')";

const spreadQuery = `
  select wanted.schema, wanted.name,
    (select sum(citus_total_relation_size(part, false)) from unnest(parts) as part)::bigint,
    (select case when min(result::bigint) >= 0 then sum(result::bigint) end
      from unnest(parts) as part,
        lateral run_command_on_shards(part,
          $$select reltuples::bigint from pg_class where oid = '%s'::regclass$$)
      where success)
  from json_to_recordset($1) as wanted (schema text, name text)
  join pg_namespace on pg_namespace.nspname = wanted.schema
  join pg_class on pg_class.relnamespace = pg_namespace.oid and pg_class.relname = wanted.name
  join pg_dist_partition on pg_dist_partition.logicalrelid = pg_class.oid and ${isSpread}
  cross join lateral (
    select case
      when pg_class.relkind = 'p'
        then array(select relid from pg_partition_tree(pg_class.oid) where isleaf)
      else array[pg_class.oid::regclass]
    end as parts
  ) as leaves`;
