import type { Recovery, Verdict } from "../truth.ts";
import type { PlannedApplication } from "./planned.ts";
import type { TestRun } from "./test-run.ts";

/** What silver has to find for a conclusive test; `durationMs` is how long it says that it ran. */
export function recoveryOf(run: TestRun, durationMs: number): Recovery {
  const { application, source, fault } = run;
  if (source.recoveryBasis === null || fault === null) {
    return withVerdicts(application, {
      recovery_basis: "duration_proxy",
      is_recovered: true,
      recovery_seconds: durationMs / 1_000,
      observed_seconds: durationMs / 1_000,
      detection_seconds: null,
      data_loss_seconds: null,
    });
  }
  const { faultAt, detectedAt, recoveredAt, dataLossSeconds } = fault;
  return withVerdicts(application, {
    recovery_basis: source.recoveryBasis,
    is_recovered: recoveredAt !== null,
    recovery_seconds: recoveredAt === null ? null : (recoveredAt - faultAt) / 1_000,
    observed_seconds: (Math.max(run.endTime, recoveredAt ?? 0) - faultAt) / 1_000,
    detection_seconds: detectedAt === null ? null : (detectedAt - faultAt) / 1_000,
    data_loss_seconds: dataLossSeconds,
  });
}

type Measured = Omit<Recovery, "rto_result" | "rpo_result">;

function withVerdicts(application: PlannedApplication, measured: Measured): Recovery {
  return Object.assign(measured, {
    rto_result: rtoVerdict(measured, application.rtoMinutes * 60),
    rpo_result: rpoVerdict(measured.data_loss_seconds, application.rpoMinutes),
  });
}

function rtoVerdict(measured: Measured, objectiveSeconds: number): Verdict {
  const { recovery_seconds: recovery, observed_seconds: observed } = measured;
  if (recovery !== null) return recovery <= objectiveSeconds ? "met" : "breached";
  return observed > objectiveSeconds ? "breached" : "undetermined";
}

function rpoVerdict(lostSeconds: number | null, objectiveMinutes: number): Verdict {
  if (lostSeconds === null) return "not_measured";
  return lostSeconds <= objectiveMinutes * 60 ? "met" : "breached";
}
