import type { BronzeRow } from "../../warehouse/bronze-row.ts";
import { type PlannedRow, planOf } from "./planned-row.ts";
import type { Random } from "./random.ts";
import {
  errorMessages,
  lateArrivals,
  otherStatusWordShare,
  statusWords,
} from "./realistic-plan.ts";
import { spellApplication, spellScenario } from "./spelling.ts";
import type { TestRun } from "./test-run.ts";

const hourMs = 3_600_000;

/** The row that the source sends for a test when nothing goes wrong, with its truth. */
export function receive(random: Random, run: TestRun, sourceRunId: string): PlannedRow {
  const scenario = spellScenario(random, run.scenario);
  const appName = spellApplication(random, run.application);
  const arrival = drawArrival(random, run.endTime);
  const traits = arrival.isLate ? [...scenario.traits, "late"] : scenario.traits;
  const said = {
    appId: run.source.spellsApplication ? null : run.application.appId,
    appName: run.source.spellsApplication ? appName : null,
    scenarioName: scenario.name,
    sourceRunId: run.source.hasRunIds ? sourceRunId : null,
    ingestedAt: arrival.ingestedAt,
  };
  return {
    row: rowOf(run, verdictOf(random, run), said),
    plan: planOf(run, scenario.scenarioId, traits),
  };
}

type Said = Pick<BronzeRow, "appId" | "appName" | "scenarioName" | "sourceRunId" | "ingestedAt">;

// Field by field: to spread objects into one of so many fields takes five times as long.
function rowOf(run: TestRun, verdict: SaidVerdict, said: Said): BronzeRow {
  const { startTime, endTime, fault, source, outcome } = run;
  const isOver = outcome !== "running";
  return {
    appId: said.appId,
    appName: said.appName,
    scenarioName: said.scenarioName,
    startTime,
    endTime: isOver ? endTime : null,
    durationMs: isOver ? endTime - startTime : null,
    status: verdict.status,
    errorMessage: verdict.errorMessage,
    metadata: verdict.metadata,
    createdAt: endTime,
    ingestedAt: said.ingestedAt,
    sourceSystem: source.name,
    sourceRunId: said.sourceRunId,
    payloadHash: null,
    rawPayload: null,
    faultAt: fault === null ? null : fault.faultAt,
    detectedAt: fault === null ? null : fault.detectedAt,
    recoveredAt: fault === null ? null : fault.recoveredAt,
    isRecovered: fault === null ? null : fault.recoveredAt !== null,
    dataLossSeconds: fault === null ? null : fault.dataLossSeconds,
    recoveryBasis: fault === null ? null : source.recoveryBasis,
  };
}

type SaidVerdict = Pick<BronzeRow, "status" | "errorMessage" | "metadata">;

/** What a row says of the outcome; the same number of draws for every outcome. */
export function verdictOf(random: Random, { outcome }: Pick<TestRun, "outcome">): SaidVerdict {
  const otherWord = random.chance(otherStatusWordShare);
  const word = random.pick(statusWords[outcome]);
  const message = random.pick(errorMessages);
  const retries = 1 + Math.floor(random.fraction() * 3);
  const hasMessage = outcome === "failed" || outcome === "error";
  return {
    status: otherWord ? word : outcome,
    errorMessage: hasMessage ? message : null,
    metadata: hasMessage ? { failure_reason: message, retry_count: retries } : null,
  };
}

function drawArrival(random: Random, endTime: number) {
  const late = random.byShare(lateArrivals);
  const hours = late === undefined ? { min: 0.01, max: 0.2 } : late.hours;
  const ingestedAt = endTime + Math.round(random.between(hours) * hourMs);
  return { ingestedAt, isLate: late !== undefined };
}
