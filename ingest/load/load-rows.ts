import type { Session } from "../../runner/database/database.ts";
import { copyLines } from "../../warehouse/copy-text.ts";
import { type CopyRow, outageColumns, testColumns } from "./rows.ts";

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
 * Takes the lock that lets one ingest at a time look what is there and add to it, to the end of the
 * transaction. A load may take longer than any other statement, and so may the wait for another one.
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
  rows: readonly CopyRow[],
): Promise<LoadCounts> {
  if (rows.length === 0) return { loaded: 0, known: 0, corrected: 0 };
  const lines = distinctLines(rows);
  await session.query(stagingTable(table));
  await session.copyFrom(
    `copy pg_temp.${table.staging} (position, repeats_name, ${table.columns.join(", ")}) from stdin`,
    copyLines(lines, () => {}),
  );
  const result = await session.query(moveRows(table));
  await session.query(`truncate pg_temp.${table.staging}`);
  const [loaded = "0", corrected = "0"] = result.rows[0] ?? [];
  return {
    loaded: Number(loaded),
    known: rows.length - Number(loaded),
    corrected: Number(corrected),
  };
}

/** Lines of COPY for the rows that say something new among themselves. */
function distinctLines(rows: readonly CopyRow[]): string[] {
  const names = new Set<string>();
  const contents = new Set<string>();
  const lines: string[] = [];
  for (const { key, content, payload } of rows) {
    const said = `${key}\t${content}`;
    if (contents.has(said)) continue;
    contents.add(said);
    lines.push(`${lines.length}\t${names.has(key)}\t${said}\t${payload}\n`);
    names.add(key);
  }
  return lines;
}

function stagingTable({ staging, relation, columns }: BronzeTable): string {
  return `create temp table if not exists ${staging} on commit drop as
    select null::integer as position, null::boolean as repeats_name, ${columns.join(", ")}
    from ${relation} with no data`;
}

// "is not distinct from" takes one null for another. The index is on rows with a hash alone.
function moveRows({ staging, relation, name, columns }: BronzeTable): string {
  const said = columns.filter((column) => column !== "payload_hash" && column !== "raw_payload");
  const list = (alias: string, names: readonly string[]) =>
    names.map((column) => `${alias}.${column}`).join(", ");
  const sameName = `known.${name} = arrived.${name}
      and known.source_system = arrived.source_system
      and known.payload_hash is not null`;
  return `
    with
    fresh as materialized (
      select arrived.*, arrived.repeats_name or exists (
        select from ${relation} as known where ${sameName}
      ) as is_correction
      from pg_temp.${staging} as arrived
      where not exists (
        select from ${relation} as known
        where ${sameName}
          and (${list("known", said)}) is not distinct from (${list("arrived", said)})
      )
    ),
    added as (
      insert into ${relation} (${columns.join(", ")})
      select ${list("fresh", columns)} from fresh order by fresh.position
    )
    select count(*), count(*) filter (where is_correction) from fresh`;
}
