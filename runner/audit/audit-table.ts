import type { Database, Session } from "../database/database.ts";
import { rolledBack } from "../database/rolled-back.ts";
import { sendSettingsToNodes } from "../database/settings-of-nodes.ts";
import { ActionFailure } from "../errors.ts";
import { failureFrom } from "../execute/failure.ts";
import { mayChangeRows } from "../execute/gates/changes-rows.ts";
import { deleteExpired } from "../execute/partitions/partition-retention.ts";
import { queryWithin } from "../execute/stage/query-within.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import { temporaryName } from "../names/temporary-name.ts";
import type { AuditSample, TableAuditOutcome } from "./audit-result.ts";
import type { AuditTask } from "./audit-tasks.ts";
import { compareRows } from "./compare-rows.ts";

const transaction = {
  // Both sides use one snapshot, which does not contain later commits of others.
  begin: "begin isolation level repeatable read",
  ended: {
    message: "a pre-operation ended the transaction of the audit",
    hint: "take out commit, rollback and end: an audit is rolled back as a whole",
  },
};

/**
 * Recomputes the rows of an incremental table as a full refresh would and compares them with the
 * stored ones, in one transaction that is rolled back. Never throws for an SQL error.
 */
export async function auditTable(
  task: AuditTask,
  database: Database,
  { sample, signal }: { sample?: AuditSample | undefined; signal?: AbortSignal | undefined },
): Promise<TableAuditOutcome> {
  if (task.skipped !== undefined) return { status: "skipped", reason: task.skipped };
  try {
    return await database.session(async (session) => {
      const reason = await changedLater(task, session);
      if (reason !== undefined) return { status: "skipped", reason };
      return rolledBack(session, transaction, () => recomputeAndCompare(session, task, sample));
    }, signal);
  } catch (error) {
    const { status, error: why } = failureFrom(error);
    return status === "cancelled" ? { status } : { status, error: why };
  }
}

async function changedLater(
  { postOperations, target }: AuditTask,
  session: Session,
): Promise<string | undefined> {
  for (const statement of postOperations) {
    if (await mayChangeRows(session, statement, target)) {
      return "its post-operations may change its rows after they are computed";
    }
  }
  return undefined;
}

async function recomputeAndCompare(
  session: Session,
  task: AuditTask,
  sample: AuditSample | undefined,
): Promise<TableAuditOutcome> {
  await session.authored(sendSettingsToNodes);
  for (const statement of task.preOperations) await session.statement(statement);
  const name = temporaryName("audit");
  const part = sample && partOf(task, sample);
  const made = await queryWithin(
    session,
    `create temp table ${name} on commit drop as\n${part ? "select * from (\n" : ""}`,
    task.query,
    part ? `) as recomputed where ${part}` : "",
  );
  const { partitioning, target } = task;
  const expired = partitioning ? await deleteExpired(session, name, target, partitioning) : 0;
  const stored = part ? await makePart(session, task, part) : qualifiedName(task.target);
  // Values are compared as texts, which the nodes have to write as the runner does.
  await session.query(sendSettingsToNodes);
  const drift = await compareRows(session, task, { recomputed: name, stored });
  const rowCount = (made.rowCount ?? 0) - expired;
  if (drift) return { status: "drifted", rowCount, drift };
  // Neither side has a row of the part: nothing was proved.
  if (part && rowCount === 0) {
    return { status: "skipped", reason: "none of its keys is in the sample" };
  }
  return { status: "exact", rowCount };
}

/** The stored rows of the part; they are chosen under the settings with which the others were computed. */
async function makePart(session: Session, { target }: AuditTask, part: string): Promise<string> {
  const name = temporaryName("stored");
  await session.authored(
    `create temp table ${name} on commit drop as select * from ${qualifiedName(target)} as stored where ${part}`,
  );
  return name;
}

const partsOfSample = 10_000;

/** Rows of the same key are all in the part or all outside, on both sides. */
function partOf(
  { key, target, ignoredColumns }: AuditTask,
  { percent, seed }: AuditSample,
): string {
  const columns = key.filter((column) => !ignoredColumns.includes(column)).map(quoteIdentifier);
  if (columns.length === 0) {
    throw new ActionFailure({
      message: `${target.schema}.${target.name} has no key to take a sample by`,
      hint: "declare uniqueKey or postgres.primaryKey, or audit it without --sample",
    });
  }
  const hash = `pg_catalog.hashtextextended(row(${columns.join(", ")})::pg_catalog.text, ${seed})`;
  const limit = Math.max(1, Math.round((percent / 100) * partsOfSample));
  const part = `pg_catalog.mod(${hash}, ${partsOfSample}) operator(pg_catalog.+) ${partsOfSample}`;
  return `pg_catalog.mod(${part}, ${partsOfSample}) operator(pg_catalog.<) ${limit}`;
}
