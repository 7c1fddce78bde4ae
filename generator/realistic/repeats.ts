import type { BronzeRow } from "../../warehouse/bronze-row.ts";
import type { Outcome } from "../truth.ts";
import type { PlannedRow } from "./planned-row.ts";
import type { Random } from "./random.ts";
import { repeatHours, repeats } from "./realistic-plan.ts";
import { verdictOf } from "./received.ts";
import type { TestRun } from "./test-run.ts";

type Repeat = (typeof repeats)[number]["repeat"];

/**
 * The rows of one test in the order of their arrival: usually only the given one, sometimes with an
 * earlier one of the same run. The last one counts.
 */
export function repeatRow(random: Random, run: TestRun, planned: PlannedRow): PlannedRow[] {
  const repeat = random.byShare(repeats)?.repeat;
  const laterMs = Math.round(random.between(repeatHours) * 3_600_000);
  if (repeat === undefined || !isPossible(repeat, planned)) return [planned];
  const { row, plan } = planned;
  const earlier: PlannedRow = {
    row: { ...row, ...earlierVersion(random, repeat, run, row) },
    plan: {
      ...plan,
      // silver quarantines every row by itself; among the others the last one counts
      ...(plan.disposition === "quarantined" ? {} : { disposition: "duplicate", reason: null }),
      outcome: earlierOutcome(repeat, plan.outcome),
      traits: [...plan.traits, repeat],
      recovery: null,
    },
  };
  const later = { row: { ...row, ingestedAt: row.ingestedAt + laterMs }, plan };
  return [earlier, later];
}

/** Another version of a run needs a name by which the two belong together, and a verdict. */
function isPossible(repeat: Repeat, { row, plan }: PlannedRow): boolean {
  return repeat === "replayed" || (row.sourceRunId !== null && plan.disposition === "staged");
}

function earlierVersion(
  random: Random,
  repeat: Repeat,
  run: TestRun,
  row: BronzeRow,
): Partial<BronzeRow> {
  switch (repeat) {
    case "replayed":
      return {};
    case "corrected":
      return verdictOf(random, { outcome: opposite(run.outcome) });
    case "running_first":
      return {
        ...verdictOf(random, { outcome: "running" }),
        ...{ endTime: null, durationMs: null, detectedAt: null, recoveredAt: null },
        ...{ isRecovered: null, dataLossSeconds: null, createdAt: row.startTime ?? row.createdAt },
        ingestedAt: (row.startTime ?? row.createdAt) + Math.round(random.fraction() * 1_000),
      };
  }
}

function earlierOutcome(repeat: Repeat, outcome: Outcome | null): Outcome | null {
  switch (repeat) {
    case "replayed":
      return outcome;
    case "corrected":
      return opposite(outcome);
    case "running_first":
      return "running";
  }
}

function opposite(outcome: Outcome | null): Outcome {
  return outcome === "passed" ? "failed" : "passed";
}
