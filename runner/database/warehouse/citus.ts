import { targetKey } from "../../target.ts";
import type { Database } from "../database.ts";
import { isSpread } from "./spread-tables.ts";

/** A Citus cluster, as its coordinator describes it. */
export interface Citus {
  /** The version of the extension: `13.2-1`. */
  version: string;
  /** How tables are spread over the nodes, by `targetKey`; local tables are not among them. */
  tables: ReadonlyMap<string, TableDistribution>;
  /** Why no table can be spread here, in words; empty when nothing is wrong. */
  problems: readonly string[];
}

/** How Citus spreads the rows of a table that exists. */
export interface TableDistribution {
  /** The column that decides where a row is; absent for a reference table. */
  column?: string;
  /** Tables with the same number have rows with the same value on the same node. */
  colocation: string;
  shardCount: number;
}

/** Reads how tables are spread, also those that a project only reads, and whether the nodes fit together. */
export async function readCitus(
  database: Pick<Database, "query">,
  version: string,
): Promise<Citus> {
  const { rows } = await database.query(tablesQuery);
  const tables = new Map(
    rows.map(([schema, name, column, colocation, shardCount]) => [
      targetKey({ schema: schema ?? "", name: name ?? "" }),
      {
        ...(column && { column }),
        colocation: colocation ?? "",
        shardCount: Number(shardCount),
      },
    ]),
  );
  return { version, tables, problems: await readProblems(database) };
}

// Local tables that Citus knows are `n` and `s`, reference tables `n` and `t`.
const tablesQuery = `
  select pg_namespace.nspname, pg_class.relname,
    case when pg_dist_partition.partmethod <> 'n'
      then column_to_column_name(pg_dist_partition.logicalrelid, pg_dist_partition.partkey) end,
    pg_dist_partition.colocationid,
    (select pg_dist_colocation.shardcount from pg_dist_colocation
      where pg_dist_colocation.colocationid = pg_dist_partition.colocationid)
  from pg_dist_partition
  join pg_class on pg_class.oid = pg_dist_partition.logicalrelid::oid
  join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  where ${isSpread}`;

/** Other versions on the nodes give other results, or none; a worker cannot make tables. */
async function readProblems(database: Pick<Database, "query">): Promise<string[]> {
  const { rows: own } = await database.query(
    `select citus_is_coordinator(), current_setting('server_version') || ', Citus ' || (${extension})`,
  );
  if (own[0]?.[0] !== "t") {
    return ["this server is a worker of the cluster: connect to the coordinator"];
  }
  const { rows } = await database.query(`
    select nodename || ':' || nodeport, success, result
    from run_command_on_workers($$select current_setting('server_version') || ', Citus ' || (${extension})$$)`);
  return rows.flatMap(([node, success, result]) => {
    if (success !== "t") return [`the node ${node} does not answer: ${result}`];
    return result === own[0]?.[1]
      ? []
      : [`the node ${node} has PostgreSQL ${result}, and the coordinator ${own[0]?.[1]}`];
  });
}

const extension = "select extversion from pg_extension where extname = 'citus'";
