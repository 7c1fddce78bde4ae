import type { Session } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import { temporaryName } from "../names/temporary-name.ts";
import type { Partitioning } from "../plan/publish-task.ts";
import { type Target, targetName } from "../target.ts";

/** A table that PostgreSQL itself partitions, as it stands. */
export interface PartitionedTable {
  method: "range" | "list" | "hash";
  /** The parts of the key as SQL over the table's columns. */
  keys: string[];
  /** The partitioning clause without `partition by`: `RANGE (day)`. */
  definition: string;
  partitions: Partition[];
}

/** One direct partition. */
export interface Partition {
  /** Its name as SQL. */
  name: string;
  target: Target;
  /** `FOR VALUES FROM ('2024-01-01') TO ('2024-01-02')`, or `DEFAULT`. */
  bound: string;
  /** The condition that its rows fulfil, as SQL over the table's columns. */
  constraint: string;
  isDefault: boolean;
  /**
   * False when the partition cannot simply be replaced: it is partitioned itself, or a foreign
   * table.
   */
  isPlain: boolean;
  /** What `create table … with (…)` takes. */
  options: string | null;
  isUnlogged: boolean;
  tablespace: string | null;
}

/** Reads how a table is partitioned; undefined when it is not. */
export async function readPartitionedTable(
  session: Session,
  target: Target,
): Promise<PartitionedTable | undefined> {
  const oid = `to_regclass(${quoteLiteral(qualifiedName(target))})`;
  const { rows } = await session.query(`
    select
      case partstrat when 'r' then 'range' when 'l' then 'list' else 'hash' end,
      pg_get_partkeydef(partrelid),
      (select jsonb_agg(
          coalesce(quote_ident(a.attname), '(' || pg_get_expr(partexprs, partrelid) || ')') order by n)
        from unnest(partattrs::int2[]) with ordinality as k (attnum, n)
        left join pg_attribute as a on a.attrelid = partrelid and a.attnum = k.attnum and k.attnum > 0)
    from pg_partitioned_table where partrelid = ${oid}`);
  const [first] = rows;
  if (!first) return undefined;
  return {
    method: first[0] as PartitionedTable["method"],
    definition: first[1] ?? "",
    keys: JSON.parse(first[2] ?? "[]") as string[],
    partitions: await readPartitions(session, oid),
  };
}

/** How PostgreSQL calls a way of partitioning. */
export function methodOf(by: Partitioning["by"]): PartitionedTable["method"] {
  return by === "list" ? "list" : "hash" in by ? "hash" : "range";
}

/**
 * Whether the table is partitioned by this key in this way; widths of ranges are not compared.
 */
export async function isPartitionedBy(
  session: Session,
  target: Target,
  table: PartitionedTable,
  { key, by }: Partitioning,
): Promise<boolean> {
  const method = methodOf(by);
  if (method !== table.method) return false;
  if (typeof by === "object" && "hash" in by && by.hash !== table.partitions.length) return false;
  // PostgreSQL writes expressions in its own words.
  const probe = temporaryName("partitioned");
  await session.authored(
    `create temp table ${probe} (like ${qualifiedName(target)}) partition by ${method} (${key})`,
  );
  const { rows } = await session.query(
    `select pg_get_partkeydef(${quoteLiteral(probe)}::regclass) = ${quoteLiteral(table.definition)}`,
  );
  await session.query(`drop table ${probe}`);
  return rows[0]?.[0] === "t";
}

/** Refuses to go on with an incremental table whose partitions are not those of its settings. */
export async function checkPartitioning(
  session: Session,
  target: Target,
  table: PartitionedTable | undefined,
  partitioning: Partitioning | undefined,
): Promise<void> {
  if (!partitioning) return;
  if (table && (await isPartitionedBy(session, target, table, partitioning))) return;
  throw new ActionFailure({
    message: `${targetName(target)} is ${table ? `partitioned by ${table.definition}` : "not partitioned"}, and its settings say otherwise (postgres.partitionBy)`,
    hint: "run once with --full-refresh, or change postgres.partitionBy back",
  });
}

async function readPartitions(session: Session, parent: string): Promise<Partition[]> {
  const { rows } = await session.query(`
    select
      n.nspname, c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
      pg_get_expr(c.relpartbound, c.oid),
      pg_get_partition_constraintdef(c.oid),
      c.relkind = 'r',
      (select string_agg(o, ', ') from unnest(c.reloptions) as o),
      c.relpersistence = 'u',
      t.spcname
    from pg_inherits as i
    join pg_class as c on c.oid = i.inhrelid
    join pg_namespace as n on n.oid = c.relnamespace
    left join pg_tablespace as t on t.oid = c.reltablespace
    where i.inhparent = ${parent} and not i.inhdetachpending
    order by c.relname`);
  return rows.map(
    ([schema, relation, name, bound, constraint, plain, options, unlogged, tablespace]) => ({
      name: name ?? "",
      target: { schema: schema ?? "", name: relation ?? "" },
      bound: bound ?? "",
      constraint: constraint ?? "true",
      isDefault: bound === "DEFAULT",
      isPlain: plain === "t",
      options: options ?? null,
      isUnlogged: unlogged === "t",
      tablespace: tablespace ?? null,
    }),
  );
}
