import type { Session } from "../../database/database.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { Partitioning, Slice } from "../../plan/publish-task.ts";
import type { Partition, PartitionedTable } from "../../relation/partitioned-table.ts";
import { haveWidth } from "../../relation/range-bounds.ts";
import { readRelation } from "../../relation/relation.ts";
import type { Target } from "../../target.ts";
import { attachPartitions } from "./attach-partitions.ts";
import type { BuiltPartitions } from "./built-partitions.ts";
import { buildPartitions, moveFromDefault, writableColumns } from "./make-partitions.ts";
import type { Overwrite } from "./overwrite.ts";
import { findRoutes } from "./partition-routes.ts";

/**
 * Replaces slices of a natively partitioned table: each partition that gets or loses rows is built anew
 * beside the table and swapped in at the end; the others are not touched. Rows of the default
 * partition, and of partitions that are partitioned themselves, are replaced in place. Returns the
 * number of new rows.
 */
export async function overwritePartitions(
  session: Session,
  target: Target,
  table: PartitionedTable,
  change: Overwrite,
  partitioning: Partitioning | undefined,
): Promise<number> {
  const routes = await findRoutes(session, target, table, change.rows.stage.name, partitioning);
  const isWhole =
    !change.keepsSome &&
    (await isOneSlice(session, target, change.slice, partitioning)) &&
    (await haveWidth(session, routes.existing, partitioning));
  const touched = isWhole
    ? routes.existing
    : await alsoHolding(session, table, change, routes.existing);
  const swapped = touched.filter(({ isDefault, isPlain }) => isPlain && !isDefault);
  const kept = table.partitions.filter((partition) => !swapped.includes(partition));
  for (const { name, isDefault, isPlain } of kept) {
    if (isPlain && !isDefault) continue;
    await session.authored(`delete from ${name} as dataform_dest where ${change.isReplaced}`);
  }
  const built = await buildPartitions(session, target, table, {
    existing: swapped,
    missing: routes.missing,
  });
  const count = await fill(session, target, table, change, built, isWhole);
  await attachPartitions(session, target, table, built);
  return count;
}

async function fill(
  session: Session,
  target: Target,
  table: PartitionedTable,
  { rows, names, isReplaced }: Overwrite,
  built: BuiltPartitions,
  isWhole: boolean,
): Promise<number> {
  // Columns of others have their defaults, and the table triggers: both are an author's code.
  const inserted = await session.authored(
    `insert into ${qualifiedName(built.parent)} (${names}) select ${names} from ${rows.stage.name}`,
  );
  const columns = await writableColumns(session, target);
  for (const { replaces } of built.partitions) {
    if (!replaces || isWhole) continue;
    await session.authored(
      `insert into ${qualifiedName(built.parent)} (${columns})
      select ${columns} from ${replaces.name} as dataform_dest where (${isReplaced}) is not true`,
    );
  }
  await moveFromDefault(session, table, built);
  if (built.rest) {
    await session.authored(
      `insert into ${qualifiedName(target)} (${columns}) select ${columns} from ${qualifiedName(built.rest)}`,
    );
  }
  return inserted.rowCount ?? 0;
}

/**
 * Whether a partition as defined by the settings holds exactly one slice, so that its old rows need not
 * be read.
 */
async function isOneSlice(
  session: Session,
  target: Target,
  slice: Slice,
  partitioning: Partitioning | undefined,
): Promise<boolean> {
  if (partitioning?.column !== slice.column) return false;
  if (partitioning.by === "list") return slice.grain === "value";
  if ("hash" in partitioning.by) return false;
  if (slice.grain !== "value") return partitioning.by.range === slice.grain;
  const relation = await readRelation(session, target);
  const type = relation?.columns.find(({ name }) => name === slice.column)?.type;
  return type === "date" && partitioning.by.range === "day";
}

/** Adds the partitions that hold old rows of the touched slices but get no new rows. */
async function alsoHolding(
  session: Session,
  table: PartitionedTable,
  { isReplaced }: Overwrite,
  routed: readonly Partition[],
): Promise<Partition[]> {
  const found = new Set(routed);
  const others = table.partitions.filter((partition) => !found.has(partition));
  for (const partition of others) {
    const { rows } = await session.authored(
      `select exists (select from ${partition.name} as dataform_dest where ${isReplaced})`,
    );
    if (rows[0]?.[0] === "t") found.add(partition);
  }
  return [...found];
}
