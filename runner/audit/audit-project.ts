import { randomUUID } from "node:crypto";
import { assertCompiled } from "../compile/checks/assert-compiled.ts";
import { type CompileOptions, compileProject } from "../compile/compile-project.ts";
import type { Database } from "../database/database.ts";
import { fencedDatabase } from "../database/locks/fenced-database.ts";
import { type RunLock, withRunLock } from "../database/locks/run-lock.ts";
import { readWarehouseState } from "../database/warehouse/warehouse-state.ts";
import { assertWritable } from "../database/warehouse/writable.ts";
import { schemasOf } from "../plan/build.ts";
import type { RunConfig } from "../plan/run-config.ts";
import type { RunStatus } from "../results/run-result.ts";
import type { AuditResult, AuditSample, TableAudit } from "./audit-result.ts";
import { auditTable } from "./audit-table.ts";
import { type AuditTask, auditTasks } from "./audit-tasks.ts";

/** The project and database to audit, and the listener. */
export interface AuditProjectOptions extends CompileOptions {
  database: Database;
  /** The part of the project whose incremental tables are audited; all of it by default. */
  selection?: RunConfig;
  /** The part of the rows that is compared; all of them by default. */
  sample?: AuditSample | undefined;
  /** Milliseconds to wait while a run writes to the same schemas; 0 by default. */
  waitMillis?: number | undefined;
  /** Told of every table when its audit has ended, in that order. */
  onFinished?: (table: TableAudit) => void;
  /** Told which run it waits for. */
  onWait?: (message: string) => void;
  /** Milliseconds since 1970-01-01 UTC. */
  now?: () => number;
}

/**
 * Recomputes every selected incremental table as a full refresh would, from the current rows of the
 * relations that it reads, compares, and rolls back. Resolves even when tables have drifted. Holds
 * the run lock, so that no run changes the tables meanwhile. Throws a RunnerError when the audit
 * cannot start (compilation errors, an unknown selection, another run in progress).
 */
export async function auditProject(options: AuditProjectOptions): Promise<AuditResult> {
  const { database, signal, waitMillis, now = Date.now, onWait = () => {} } = options;
  const compiled = await compileProject(options);
  assertCompiled(compiled, options.projectDir);
  await assertWritable(database);
  const schemas = schemasOf(compiled);
  const audit = async (lock: RunLock): Promise<AuditResult> => {
    const fenced = fencedDatabase(database, lock, signal);
    const startTimeMillis = now();
    const state = await fenced.session((session) => readWarehouseState(session, schemas), signal);
    const tables: TableAudit[] = [];
    for (const task of auditTasks(compiled, state, options.selection ?? {})) {
      const table = await auditOne(task, fenced, { ...options, now });
      tables.push(table);
      options.onFinished?.(table);
    }
    const timing = { startTimeMillis, endTimeMillis: now() };
    const { sample } = options;
    return { status: statusOf(tables, signal), timing, ...(sample && { sample }), tables };
  };
  return withRunLock(database, schemas, audit, {
    runId: `audit ${randomUUID()}`,
    waitMillis,
    onWait,
    signal,
  });
}

async function auditOne(
  task: AuditTask,
  database: Database,
  { sample, signal, now }: AuditProjectOptions & { now: () => number },
): Promise<TableAudit> {
  const startTimeMillis = now();
  const outcome = signal?.aborted
    ? ({ status: "cancelled" } as const)
    : await auditTable(task, database, { sample, signal });
  const { target, fileName } = task;
  return { target, fileName, ...outcome, timing: { startTimeMillis, endTimeMillis: now() } };
}

function statusOf(tables: readonly TableAudit[], signal: AbortSignal | undefined): RunStatus {
  const isCut = tables.some(({ status }) => status === "cancelled");
  if (isCut && signal?.aborted) return signal.reason === "timeout" ? "timed_out" : "cancelled";
  const isBad = tables.some(({ status }) => ["drifted", "failed", "cancelled"].includes(status));
  return isBad ? "failed" : "successful";
}
