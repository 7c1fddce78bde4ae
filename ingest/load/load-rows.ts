import type { Session } from "../../runner/database/database.ts";
import type { CopyBatch } from "./copy-batch.ts";
import type { CopyLines } from "./copy-lines.ts";
import { outageColumns, testColumns } from "./rows.ts";

/** What became of rows. */
export interface LoadCounts {
  loaded: number;
  /** Those that were there already and say the same. */
  known: number;
  /** Those of the loaded that say something else than an earlier row of the same name. */
  corrected: number;
}

/** Tables that rows are loaded into, and how a row there is named. */
export const bronzeTables = {
  test: {
    relation: "resiliency.raw_resiliency_tests",
    staging: "ingest_tests",
    name: "source_run_id",
    columns: testColumns,
  },
  outage: {
    relation: "resiliency.raw_outages",
    staging: "ingest_outages",
    name: "source_outage_id",
    columns: outageColumns,
  },
} as const;

type BronzeTable = (typeof bronzeTables)[keyof typeof bronzeTables];

/**
 * Takes the lock that lets only one ingest at a time compare its results with existing ones and add
 * to them, to the end of the transaction. A load, and the wait for another one, may take longer
 * than any other statement.
 */
export async function beginLoad(session: Session): Promise<void> {
  await session.query(`
    set local statement_timeout = 0;
    set local lock_timeout = 0;
    set local idle_in_transaction_session_timeout = 0;
    set local enable_hashjoin = off;
    set local enable_mergejoin = off;
    set local enable_seqscan = off;
    set local jit = off`);
  await session.query(
    "select pg_advisory_xact_lock(hashtextextended('resiliency.raw_resiliency_tests ingest', 0))",
  );
}

/** Adds the rows that are not there yet to their table, in their order. */
export async function loadRows(
  session: Session,
  table: BronzeTable,
  batch: CopyBatch,
): Promise<LoadCounts> {
  const { first, repeated, added } = batch;
  const isNew = first.count >= leastProbed && !(await mayKnowAny(session, table, batch));
  const counts = isNew ? await copyInto(session, table, first) : await merge(session, table, first);
  const others = await merge(session, table, repeated);
  const loaded = counts.loaded + others.loaded;
  return { loaded, known: added - loaded, corrected: counts.corrected + others.corrected };
}

// Below, to ask first would take longer than what it saves.
const leastProbed = 500;

/**
 * Whether the table may have a row of the key of any row: it has none when no row has one of the names
 * and one of the sources. One round trip, in which nothing is copied, and one search in the index of
 * each partition for all names together.
 */
async function mayKnowAny(
  session: Session,
  { relation, name }: BronzeTable,
  batch: CopyBatch,
): Promise<boolean> {
  const { sources, names } = batch.keys();
  // a selected array is one that the planner does not look at, name by name
  const result = await session.query(
    `select exists (
      select from ${relation}
      where ${name} = any ((select $1::text[])::text[])
        and source_system = any ((select $2::text[])::text[])
        and payload_hash is not null
    )`,
    [names, sources],
  );
  return result.rows[0]?.[0] === "t";
}

/** Adds lines of which none is known. */
async function copyInto(session: Session, { relation, columns }: BronzeTable, lines: CopyLines) {
  await session.copyFrom(`copy ${relation} (${columns.join(", ")}) from stdin`, lines.stream());
  return { loaded: lines.count, corrected: 0 };
}

/** Adds the lines that say something new. */
async function merge(session: Session, table: BronzeTable, lines: CopyLines) {
  if (lines.count === 0) return { loaded: 0, corrected: 0 };
  await session.query(stagingTable(table));
  await session.copyFrom(
    `copy pg_temp.${table.staging} (${table.columns.join(", ")}) from stdin`,
    lines.stream(),
  );
  const result = await session.query(moveRows(table));
  await session.query(`truncate pg_temp.${table.staging}`);
  const [loaded = "0", corrected = "0"] = result.rows[0] ?? [];
  return { loaded: Number(loaded), corrected: Number(corrected) };
}

function stagingTable({ staging, relation, columns }: BronzeTable): string {
  return `
    create temp table if not exists ${staging} on commit drop as
      select ${columns.join(", ")} from ${relation} with no data;
    alter table pg_temp.${staging}
      add column if not exists position integer generated always as identity`;
}

// "is not distinct from" takes one null for another. The index is on rows with a hash alone, and is
// looked into once for each row.
function moveRows({ staging, relation, name, columns }: BronzeTable): string {
  const said = columns.filter((column) => column !== "payload_hash" && column !== "raw_payload");
  const list = (alias: string, names: readonly string[]) =>
    names.map((column) => `${alias}.${column}`).join(", ");
  return `
    with
    fresh as materialized (
      select arrived.*, earlier.says_same is not null as is_correction
      from pg_temp.${staging} as arrived
      cross join lateral (
        select bool_or((${list("known", said)}) is not distinct from (${list("arrived", said)}))
          as says_same
        from ${relation} as known
        where known.${name} = arrived.${name}
          and known.source_system = arrived.source_system
          and known.payload_hash is not null
      ) as earlier
      where earlier.says_same is not true
    ),
    added as (
      insert into ${relation} (${columns.join(", ")})
      select ${list("fresh", columns)} from fresh order by fresh.position
    )
    select count(*), count(*) filter (where is_correction) from fresh`;
}
