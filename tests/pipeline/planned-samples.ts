import type { GeneratedRow } from "../../generator/profile.ts";
import type { Recovery } from "../../generator/truth.ts";
import type { Sample } from "./expected-metrics.ts";

/** The tests that gold has to count, by the generator's plan and not by silver's word. */
export function plannedSamples(rows: Iterable<GeneratedRow>): Sample[] {
  return [...rows].flatMap(({ row, truth }) => {
    const { recovery, app_id: appId, scenario_id: scenarioId, outcome } = truth();
    if (recovery === null || appId === null || row.startTime === null) return [];
    if (outcome !== "passed" && outcome !== "failed") return [];
    const durationMs = row.durationMs ?? Number(row.endTime) - row.startTime;
    return [
      {
        ...{ appId, scenarioId: scenarioId ?? 0, startTime: row.startTime, status: outcome },
        createdAt: row.createdAt,
        durationMs: Math.max(durationMs, 1),
        recoveryMs: recoveryMs(recovery, outcome),
        detectionMs: milliseconds(recovery.detection_seconds),
        dataLossMs: milliseconds(recovery.data_loss_seconds),
        rtoResult: recovery.rto_result,
        rpoResult: recovery.rpo_result,
        isProxy: recovery.recovery_basis === "duration_proxy",
        isSynthetic: true,
      },
    ];
  });
}

function recoveryMs(recovery: Recovery, outcome: "passed" | "failed"): number | null {
  if (recovery.recovery_basis === "duration_proxy" && outcome === "passed") return null;
  if (!recovery.is_recovered) return Number.POSITIVE_INFINITY;
  return milliseconds(recovery.recovery_seconds);
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1_000);
}
