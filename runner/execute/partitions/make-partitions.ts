import type { Session } from "../../database/database.ts";
import { withOwnSettingsOnNodes } from "../../database/settings-of-nodes.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { nameBeside, throwAwayName } from "../../names/names-beside.ts";
import type { Partitioning } from "../../plan/publish-task.ts";
import { copyPrivileges } from "../../relation/attachments/attachments.ts";
import { actingKeys } from "../../relation/inbound-keys.ts";
import {
  methodOf,
  type Partition,
  type PartitionedTable,
  readPartitionedTable,
} from "../../relation/partitioned-table.ts";
import { type Target, targetName } from "../../target.ts";
import { attachPartitions } from "./attach-partitions.ts";
import type { BuiltPartitions, ReadyPartition } from "./built-partitions.ts";
import { findRoutes, type NewPartition, type Routes } from "./partition-routes.ts";

/**
 * Makes a partitioned table without rows from the columns of another relation (its name as SQL): the
 * parent, the partitions by hash, or the default partition for rows with a NULL key.
 */
export async function createPartitionedTable(
  session: Session,
  target: Target,
  partitioning: Partitioning,
  like: string,
): Promise<void> {
  const { key, by } = partitioning;
  const parent = qualifiedName(target);
  await session.authored(
    `create table ${parent} (like ${like}) partition by ${methodOf(by)} (${key})`,
  );
  const parts =
    typeof by === "object" && "hash" in by
      ? Array.from({ length: by.hash }, (_, remainder) => ({
          name: nameBeside(target, `p${remainder}`),
          bound: `for values with (modulus ${by.hash}, remainder ${remainder})`,
        }))
      : [{ name: nameBeside(target, "default"), bound: "default" }];
  for (const { name, bound } of parts) {
    await session.query(`create table ${qualifiedName(name)} partition of ${parent} ${bound}`);
  }
}

/**
 * Makes the missing partitions for the rows of `source`. Rows of theirs that are in the default
 * partition are moved, but for a table that Citus spreads.
 */
export async function makeMissingPartitions(
  session: Session,
  target: Target,
  source: string,
  partitioning: Partitioning | undefined,
  isSpread = false,
): Promise<void> {
  const table = await readPartitionedTable(session, target);
  if (!table) return;
  const find = () => findRoutes(session, target, table, source, partitioning);
  const { missing } = await (isSpread ? withOwnSettingsOnNodes(session, find) : find());
  if (missing.length === 0) return;
  if (isSpread) return makeSpreadPartitions(session, target, missing);
  const built = await buildPartitions(session, target, table, { existing: [], missing });
  await moveFromDefault(session, table, built);
  await attachPartitions(session, target, table, built);
}

// Citus spreads them as their table is spread. It cannot move rows from one partition to another in
// one statement: PostgreSQL refuses a partition to which rows of the default one belong.
async function makeSpreadPartitions(
  session: Session,
  target: Target,
  missing: readonly NewPartition[],
): Promise<void> {
  for (const { target: made, bound } of missing) {
    await session.query(
      `create table ${qualifiedName(made)} partition of ${qualifiedName(target)} ${bound}`,
    );
  }
}

/**
 * Makes an empty copy of a partitioned table with new partitions only: the missing ones, and one in
 * place of each existing one. PostgreSQL routes rows that are inserted into its parent. Each new
 * partition has a constraint with which it can be attached later without a scan.
 */
export async function buildPartitions(
  session: Session,
  target: Target,
  table: PartitionedTable,
  { existing, missing }: Routes,
): Promise<BuiltPartitions> {
  const parent = throwAwayName(target);
  const like = `(like ${qualifiedName(target)} including all excluding identity excluding comments)`;
  await session.query(
    `create table ${qualifiedName(parent)} ${like} partition by ${table.definition}`,
  );
  const built: BuiltPartitions = { parent, partitions: [] };
  if (table.method !== "hash") {
    built.rest = throwAwayName(target);
    await session.query(
      `create table ${qualifiedName(built.rest)} partition of ${qualifiedName(parent)} default`,
    );
  }
  for (const old of existing) {
    const made = await makePartition(session, parent, { ...old, replaces: old });
    await copyPrivileges(session, old.target, made.built);
    built.partitions.push(made);
  }
  for (const each of missing) built.partitions.push(await makePartition(session, parent, each));
  await copyStatisticsTargets(session, target, parent);
  return built;
}

// `like` does not copy them; set on the parent they apply to its partitions as well.
async function copyStatisticsTargets(
  session: Session,
  target: Target,
  parent: Target,
): Promise<void> {
  const { rows } = await session.query(
    `select format('alter column %I set statistics %s', attname, attstattarget) from pg_attribute
    where attrelid = ${quoteLiteral(qualifiedName(target))}::regclass
      and attnum > 0 and not attisdropped and attstattarget >= 0`,
  );
  if (rows.length > 0) {
    await session.query(`alter table ${qualifiedName(parent)} ${rows.flat().join(", ")}`);
  }
}

async function makePartition(
  session: Session,
  parent: Target,
  wanted: NewPartition & { replaces?: Partition },
): Promise<ReadyPartition> {
  const { target, bound, replaces } = wanted;
  const built = throwAwayName(target);
  const name = qualifiedName(built);
  const storage = [
    replaces?.options ? `with (${replaces.options})` : "",
    replaces?.tablespace ? `tablespace ${quoteIdentifier(replaces.tablespace)}` : "",
  ].join(" ");
  const kind = replaces?.isUnlogged ? "unlogged table" : "table";
  await session.query(
    `create ${kind} ${name} partition of ${qualifiedName(parent)} ${bound} ${storage}`,
  );
  // The definition of the old constraint may name the real parent; with the copy's name instead,
  // attaching needs no scan.
  const constraint = replaces?.constraint ?? (await constraintOf(session, name));
  return { target, bound, built, constraint, ...(replaces ? { replaces } : {}) };
}

async function constraintOf(session: Session, name: string): Promise<string> {
  const { rows } = await session.query(
    `select pg_get_partition_constraintdef(${quoteLiteral(name)}::regclass)`,
  );
  return rows[0]?.[0] ?? "true";
}

/** Moves the rows that belong to new partitions out of the default one. */
export async function moveFromDefault(
  session: Session,
  table: PartitionedTable,
  { parent, partitions }: BuiltPartitions,
): Promise<void> {
  const fallback = table.partitions.find(({ isDefault }) => isDefault);
  const added = partitions.filter(({ replaces }) => !replaces);
  if (!fallback || added.length === 0) return;
  const columns = await writableColumns(session, parent);
  let moved = 0;
  for (const { constraint } of added) {
    const done = await session.query(
      `with moved as (delete from ${fallback.name} where ${constraint} returning ${columns})
      insert into ${qualifiedName(parent)} (${columns}) select ${columns} from moved`,
    );
    moved += done.rowCount ?? 0;
  }
  if (moved > 0) await refuseMoved(session, fallback);
}

/** Throws when foreign keys have acted on rows that only went to another partition. */
async function refuseMoved(session: Session, { name, target }: Partition): Promise<void> {
  const { rows } = await session.query(actingKeys(`${quoteLiteral(name)}::regclass::oid`));
  if (rows.length === 0) return;
  throw new ActionFailure({
    message: `rows of ${targetName(target)} belong to new partitions and cannot be moved there: the ${rows.flat().join(", the ")} would act on them`,
    hint: "drop the foreign key, run again, and make it again after the run",
  });
}

/** The columns of a table that an insert may name, as SQL. */
export async function writableColumns(session: Session, target: Target): Promise<string> {
  const { rows } = await session.query(
    `select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
    where attrelid = ${quoteLiteral(qualifiedName(target))}::regclass
      and attnum > 0 and not attisdropped and attgenerated = ''`,
  );
  return rows[0]?.[0] ?? "";
}
