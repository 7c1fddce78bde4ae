import type { BronzeRow } from "../../warehouse/bronze-row.ts";
import type { Truth } from "../truth.ts";
import { recoveryOf } from "./recovery.ts";
import type { TestRun } from "./test-run.ts";

/** A row of bronze and what silver has to make of it. */
export interface PlannedRow {
  row: BronzeRow;
  plan: Plan;
}

/** The truth about a row, whatever its columns say. */
export type Plan = Omit<Truth, "source_system" | "source_run_id" | "payload_hash" | "ingested_at">;

/** The plan of a row in which nothing is wrong. */
export function planOf(run: TestRun, scenarioId: number, traits: readonly string[]): Plan {
  const isConclusive = run.outcome === "passed" || run.outcome === "failed";
  return {
    disposition: isConclusive ? "staged" : "not_conclusive",
    reason: null,
    app_id: run.application.appId,
    scenario_id: scenarioId,
    outcome: run.outcome,
    traits,
    recovery: isConclusive ? recoveryOf(run, run.endTime - run.startTime) : null,
  };
}

/** The row's plan with the keys by which the row is found. */
export function truthOf({ row, plan }: PlannedRow): Truth {
  return {
    source_system: row.sourceSystem,
    source_run_id: row.sourceRunId,
    payload_hash: row.payloadHash,
    ingested_at: new Date(row.ingestedAt).toISOString(),
    ...plan,
  };
}
