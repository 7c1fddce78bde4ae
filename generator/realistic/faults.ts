import type { BronzeRow } from "../../warehouse/bronze-row.ts";
import { dayLengthMs } from "../../warehouse/utc-day.ts";
import type { PlannedRow } from "./planned-row.ts";
import type { Random } from "./random.ts";
import {
  faults,
  unknownApplication,
  unknownStatuses,
  zeroDurationShare,
} from "./realistic-plan.ts";
import { recoveryOf } from "./recovery.ts";
import type { TestRun } from "./test-run.ts";

type Fault = (typeof faults)[number]["fault"];

/** Draws whether something is wrong with the row of a conclusive test, and puts it in. */
export function breakRow(random: Random, run: TestRun, planned: PlannedRow): PlannedRow {
  const drawn = random.byShare(faults);
  const zeroDuration = random.chance(zeroDurationShare) && run.source.recoveryBasis === null;
  const changes = drawn && change(random, drawn.fault, planned.row);
  if (planned.plan.disposition !== "staged") return planned;
  if (drawn === undefined) return zeroDuration ? withoutLength(run, planned) : planned;
  return {
    row: { ...planned.row, ...changes },
    plan: {
      ...planned.plan,
      disposition: "quarantined",
      reason: drawn.reason,
      ...untold(drawn.fault),
      traits: [...planned.plan.traits, drawn.fault],
      recovery: null,
    },
  };
}

/** A test of less than a second by a clock of whole seconds; silver takes it for 1 ms. */
function withoutLength(run: TestRun, { row, plan }: PlannedRow): PlannedRow {
  return {
    row: { ...row, endTime: row.startTime, durationMs: 0 },
    plan: { ...plan, traits: [...plan.traits, "zero_duration"], recovery: recoveryOf(run, 1) },
  };
}

/** What a row with that fault does not tell any more. */
function untold(fault: Fault): { app_id?: null; outcome?: null } {
  if (fault === "unknown_application") return { app_id: null };
  return fault === "unknown_status" ? { outcome: null } : {};
}

function change(random: Random, fault: Fault, row: BronzeRow): Partial<BronzeRow> {
  const { startTime, durationMs } = row;
  switch (fault) {
    case "unknown_status":
      return { status: random.pick(unknownStatuses) };
    case "unknown_application":
      return row.appId === null
        ? { appName: unknownApplication.name }
        : { appId: unknownApplication.appId };
    case "no_time":
      return shifted(row, () => null);
    case "end_before_start":
      return { endTime: startTime && startTime - Math.round(random.fraction() * 3_600_000) - 1 };
    case "before_2000":
      return shifted(
        row,
        (time) => time - Math.floor((startTime ?? 0) / dayLengthMs) * dayLengthMs,
      );
    case "negative_duration":
      return { durationMs: durationMs && -durationMs };
    case "wrong_duration":
      return { durationMs: durationMs && 3 * durationMs + 600_000 };
    case "future_start": {
      const ahead = Math.round(random.between({ min: 3, max: 30 }) * dayLengthMs);
      return shifted(row, (time) => time - (startTime ?? 0) + row.ingestedAt + ahead);
    }
  }
}

type Times = Pick<BronzeRow, "startTime" | "endTime" | "faultAt" | "detectedAt" | "recoveredAt">;

function shifted(row: BronzeRow, shift: (time: number) => number | null): Times {
  const shiftOrNull = (time: number | null) => (time === null ? null : shift(time));
  return {
    startTime: shiftOrNull(row.startTime),
    endTime: shiftOrNull(row.endTime),
    faultAt: shiftOrNull(row.faultAt),
    detectedAt: shiftOrNull(row.detectedAt),
    recoveredAt: shiftOrNull(row.recoveredAt),
  };
}
