import { randomBytes } from "node:crypto";
import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { nameBeside } from "../../names/names-beside.ts";
import type { Partitioning, RangeUnit } from "../../plan/publish-task.ts";
import type { Partition, PartitionedTable } from "../../relation/partitioned-table.ts";
import { widthOf } from "../../relation/range-bounds.ts";
import { type Target, targetName } from "../../target.ts";

/** The partitions that new rows of a partitioned table go to. */
export interface Routes {
  /** Existing partitions that get rows. */
  existing: Partition[];
  /** Partitions that have to be created first. */
  missing: NewPartition[];
}

/** A partition that does not exist yet. */
export interface NewPartition {
  target: Target;
  /** `FOR VALUES FROM ('2024-01-01') TO ('2024-01-02')`. */
  bound: string;
}

/**
 * Finds the partitions that the rows of `source` (SQL for FROM, with the types of the table) belong to;
 * PostgreSQL itself checks the bound of each partition. Rows whose key is NULL or infinite go to the
 * default partition.
 */
export async function findRoutes(
  session: Session,
  target: Target,
  table: PartitionedTable,
  source: string,
  partitioning: Partitioning | undefined,
): Promise<Routes> {
  const { rows } = await session.query(routesQuery(table, source, partitioning));
  const hits = rows.map(([number, bound, label]) => {
    const partition = number ? table.partitions[Number(number)] : undefined;
    const own = partition?.isDefault && bound ? undefined : partition;
    return { own, bound: bound ?? undefined, label: label ?? "" };
  });
  const missing: NewPartition[] = [];
  for (const bound of new Set(hits.flatMap((hit) => hit.bound ?? []))) {
    const found = hits.filter((hit) => hit.bound === bound);
    if (new Set(found.map(({ own }) => own)).size > 1) throw otherWidth(target, bound);
    if (found.some(({ own }) => own)) continue;
    missing.push({ bound, target: await freeName(session, target, found[0]?.label ?? "") });
  }
  return { existing: [...new Set(hits.flatMap(({ own }) => own ?? []))], missing };
}

/** Whether a relation has the name. */
export async function isTaken(session: Session, name: Target): Promise<boolean> {
  const { rows } = await session.query(
    `select to_regclass(${quoteLiteral(qualifiedName(name))}) is not null`,
  );
  return rows[0]?.[0] === "t";
}

async function freeName(session: Session, target: Target, label: string): Promise<Target> {
  const name = nameBeside(target, `p${label}`);
  if (!(await isTaken(session, name))) return name;
  return nameBeside(target, `p${label}_${randomBytes(4).toString("hex")}`);
}

function otherWidth(target: Target, bound: string): ActionFailure {
  return new ActionFailure({
    message: `the partitions of ${targetName(target)} are narrower than its settings say (postgres.partitionBy): several lie ${bound.toLowerCase()}`,
    hint: "run once with --full-refresh, or change postgres.partitionBy back",
  });
}

/**
 * The query returns the number of the partition or null, the bound of the partition that the settings
 * ask for or null, and a label for its name. For lists it reads one row of each bucket; for ranges the
 * first and the last one, since an older partition may be wider.
 */
function routesQuery(
  table: PartitionedTable,
  source: string,
  partitioning: Partitioning | undefined,
): string {
  const { bucket, bound, label } = bucketSql(table, partitioning);
  const key = table.keys.join(", ");
  const isColumn = table.keys.every((each) => !each.startsWith("("));
  const columns = isColumn ? key : "*";
  const ends = partitioning && table.method === "range" ? ["asc", "desc"] : ["asc"];
  const samples = ends.map(
    (end) => `
      (select distinct on (dataform_bucket) * from bucketed
      order by dataform_bucket, ${table.keys.map((each) => `${each} ${end}`).join(", ")})`,
  );
  const fits = table.partitions.map(({ constraint }, index) => `(${index}, ${constraint})`);
  const hits =
    fits.length === 0
      ? "select null::int as number"
      : `select number from (values ${fits.join(",\n")}) as p (number, fits) where fits`;
  return `
    with source as (select ${columns} from ${source} as s),
    bucketed as (select *, ${bucket} as dataform_bucket from source),
    samples as (${samples.join(" union all ")})
    select distinct
      hit.number,
      ${bound},
      ${label}
    from samples left join lateral (${hits}) as hit on true
    order by 2, 1`;
}

interface BucketSql {
  bucket: string;
  bound: string;
  label: string;
}

function bucketSql(table: PartitionedTable, partitioning: Partitioning | undefined): BucketSql {
  const [key = ""] = table.keys;
  const by = partitioning?.by;
  const none = { bound: "null", label: "null" };
  if (by === "list") {
    const text = "dataform_bucket::text";
    return {
      bucket: key,
      bound: `'FOR VALUES IN (' || quote_literal(${text}) || ')'`,
      label: `'_' || left(regexp_replace(lower(${text}), '[^a-z0-9]+', '_', 'g'), 20) || '_' || left(md5(${text}), 6)`,
    };
  }
  if (by === undefined || "hash" in by) return { bucket: `row(${table.keys.join(", ")})`, ...none };
  const { start, step } = rangeSql(key, by.range);
  return {
    bucket: start,
    bound: `'FOR VALUES FROM (' || quote_literal(dataform_bucket) || ') TO (' || quote_literal(dataform_bucket + ${step}) || ')'`,
    label:
      typeof by.range === "number"
        ? "replace(replace(dataform_bucket::text, '-', 'm'), '.', '_')"
        : `to_char(dataform_bucket, '${labels[by.range]}')`,
  };
}

const labels: Record<RangeUnit, string> = {
  hour: 'YYYYMMDD"t"HH24',
  day: "YYYYMMDD",
  week: 'IYYY"w"IW',
  month: "YYYYMM",
  quarter: 'YYYY"q"Q',
  year: "YYYY",
};

/**
 * Returns where the partition of a key begins and how wide it is, as SQL; the beginning is NULL for keys that
 * have no partition of their own. Times are in UTC, so that `date`, `timestamp` and `timestamptz` give the same.
 */
export function rangeSql(key: string, range: RangeUnit | number): { start: string; step: string } {
  if (typeof range === "number") {
    const start = `case when ${key}::text not in ('NaN', 'Infinity', '-Infinity') then floor(${key}::numeric / ${range}) * ${range} end`;
    return { start, step: String(range) };
  }
  const start = `case when isfinite(${key}) then date_trunc('${range}', ${key}::timestamptz at time zone 'UTC') end`;
  return { start, step: `interval '${widthOf(range)}'` };
}
