/** What a test came to, in the words of silver. */
export type Outcome = "passed" | "failed" | "error" | "skipped" | "inconclusive" | "running";

/** What silver has to do with a row of bronze. */
export type Disposition = "staged" | "duplicate" | "quarantined" | "not_conclusive";

/** What silver has to say of a test against its objective. */
export type Verdict = "met" | "breached" | "undetermined" | "not_measured";

/**
 * The expected result of one row of bronze, with silver's names. The row is identified by its
 * ingested_at and its payload_hash or, without one, its source_run_id.
 */
export interface Truth {
  source_system: string;
  source_run_id: string | null;
  payload_hash: string | null;
  ingested_at: string;
  disposition: Disposition;
  /** Why it is quarantined; null when it is not. */
  reason: string | null;
  /** The two below are null where the row does not tell. */
  app_id: number | null;
  scenario_id: number | null;
  outcome: Outcome | null;
  /** Planned departures from an ordinary row: `late`, `unmapped`, `misspelt`, `replayed`, … */
  traits: readonly string[];
  /** Null unless the row is staged. */
  recovery: Recovery | null;
}

/** The recovery of a staged test: what the metrics are computed from. */
export interface Recovery {
  recovery_basis: "measured" | "upper_bound" | "duration_proxy";
  is_recovered: boolean;
  recovery_seconds: number | null;
  observed_seconds: number;
  detection_seconds: number | null;
  data_loss_seconds: number | null;
  rto_result: Verdict;
  rpo_result: Verdict;
}
