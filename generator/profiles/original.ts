import type { BronzeRow } from "../../warehouse/bronze-row.ts";
import type { UtcDay } from "../../warehouse/utc-day.ts";
import type { GeneratedRow, Profile } from "../profile.ts";
import { applications, scenarios } from "../realistic/realistic-plan.ts";
import { resultsOfDay, type TestResult } from "../test-results.ts";
import type { Truth } from "../truth.ts";

const scenarioIds = new Map(scenarios.map(({ scenarioId, name }) => [name, scenarioId]));

/** The original's distribution: 85 % passed, durations of seconds, nothing wrong with any row. */
export const original: Profile = {
  rowsOfDay,
  expectedRows: (_, testsPerDay) => testsPerDay,
  longestLagDays: 1,
};

function* rowsOfDay(day: UtcDay, testsPerDay: number, seed: number): Generator<GeneratedRow> {
  for (const result of resultsOfDay(day, testsPerDay, seed)) {
    yield { row: rowOf(result), truth: () => truthOf(result) };
  }
}

function rowOf(result: TestResult): BronzeRow {
  return {
    appId: result.appId,
    appName: null,
    scenarioName: result.scenarioName,
    startTime: result.startTime,
    endTime: result.endTime,
    durationMs: result.durationMs,
    status: result.status,
    errorMessage: result.errorMessage,
    metadata: result.metadata,
    // both are the end of the test and not the clock: gold is the same wherever it is built
    createdAt: result.endTime,
    ingestedAt: result.endTime,
    sourceSystem: "generator",
    sourceRunId: result.sourceRunId,
    payloadHash: null,
    rawPayload: null,
    faultAt: null,
    detectedAt: null,
    recoveredAt: null,
    isRecovered: null,
    dataLossSeconds: null,
    recoveryBasis: null,
  };
}

function truthOf(result: TestResult): Truth {
  const seconds = result.durationMs / 1_000;
  const objective = applications.find(({ appId }) => appId === result.appId);
  return {
    source_system: "generator",
    source_run_id: result.sourceRunId,
    payload_hash: null,
    ingested_at: new Date(result.endTime).toISOString(),
    disposition: "staged",
    reason: null,
    app_id: result.appId,
    scenario_id: scenarioIds.get(result.scenarioName) ?? 0,
    outcome: result.status,
    traits: [],
    recovery: {
      recovery_basis: "duration_proxy",
      is_recovered: true,
      recovery_seconds: seconds,
      observed_seconds: seconds,
      detection_seconds: null,
      data_loss_seconds: null,
      rto_result: seconds <= (objective?.rtoMinutes ?? 0) * 60 ? "met" : "breached",
      rpo_result: "not_measured",
    },
  };
}
