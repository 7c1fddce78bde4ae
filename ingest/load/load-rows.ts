import type { Session } from "../../runner/database/database.ts";
import { type BronzeTable, ingestLock, loadSettings } from "./bronze-tables.ts";
import type { CopyBatch } from "./copy-batch.ts";
import type { CopyLines } from "./copy-lines.ts";
import { mergeStatement } from "./merge-rows.ts";

/** What became of rows. */
export interface LoadCounts {
  loaded: number;
  /** Those that were there already and say the same. */
  known: number;
  /** Those of the loaded that say something else than an earlier row of the same name. */
  corrected: number;
  /** Those of the corrected that are named by their content and were of another application. */
  reassigned: number;
}

/**
 * Takes the lock that lets only one ingest at a time compare its results with existing ones and add
 * to them, to the end of the transaction. A load, and the wait for another one, may take longer
 * than any other statement.
 */
export async function beginLoad(session: Session): Promise<void> {
  const settings = Object.entries(loadSettings).map(
    ([name, value]) => `set local ${name} = ${value}`,
  );
  await session.query(settings.join("; "));
  await session.query(`select pg_advisory_xact_lock(${ingestLock})`);
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
  return {
    loaded,
    known: added - loaded,
    corrected: counts.corrected + others.corrected,
    reassigned: counts.reassigned + others.reassigned,
  };
}

/** Of fewer rows, to ask first whether any is known would take longer than what it saves. */
export const leastProbed = 500;

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
  const names = Object.keys(columns).join(", ");
  await session.copyFrom(`copy ${relation} (${names}) from stdin`, lines.stream());
  return { loaded: lines.count, corrected: 0, reassigned: 0 };
}

/** Adds the lines that say something new. */
async function merge(session: Session, table: BronzeTable, lines: CopyLines) {
  if (lines.count === 0) return { loaded: 0, corrected: 0, reassigned: 0 };
  const { text, values } = mergeStatement(table, lines);
  const { rows } = await session.query(text, values);
  const [loaded, corrected, , reassigned] = (rows[0] ?? []).map(Number);
  return { loaded: loaded ?? 0, corrected: corrected ?? 0, reassigned: reassigned ?? 0 };
}
