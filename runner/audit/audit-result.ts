import type { SqlError } from "../errors.ts";
import type { RunStatus, Timing } from "../results/run-result.ts";
import type { Difference } from "../results/unit-test-result.ts";
import type { Target } from "../target.ts";

/** What an audit of incremental tables found. */
export interface AuditResult {
  /** `failed` when a table has drifted or could not be recomputed. */
  status: RunStatus;
  timing: Timing;
  /** The part of the keys that was compared; absent when all were. */
  sample?: AuditSample;
  tables: TableAudit[];
}

/** Which part of the rows is recomputed and compared. */
export interface AuditSample {
  /** More than 0 and at most 100. */
  percent: number;
  /** Another seed chooses other rows; the same one chooses the same keys. */
  seed: number;
}

/**
 * How the audit of one table ended. `exact`: its rows are those of a full refresh. `drifted`: they
 * are not. `failed`: a statement failed. `skipped`: there is nothing to compare, see `reason`.
 */
export type AuditStatus = "exact" | "drifted" | "failed" | "skipped" | "cancelled";

/** The audit of one incremental table. */
export interface TableAudit extends TableAuditOutcome {
  target: Target;
  /** Relative to the project folder. */
  fileName: string;
  timing: Timing;
}

/** The result for one table. */
export interface TableAuditOutcome {
  status: AuditStatus;
  /** Why a table is skipped, as part of a sentence. */
  reason?: string;
  /** Rows that were recomputed and compared. */
  rowCount?: number;
  drift?: Drift;
  error?: SqlError;
}

/** How the stored rows differ from the recomputed ones. */
export interface Drift {
  /** Rows that a full refresh would give and that the table does not have. */
  missingRows: number;
  /** Rows that the table has and that a full refresh would not give. */
  extraRows: number;
  /** Rows whose key is on both sides, with other values; 0 for a table without a key. */
  differentRows: number;
  /** Names of columns and up to 20 rows; `expected` is the recomputed side. */
  difference: Difference;
}
