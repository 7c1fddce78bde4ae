import type { Outcome } from "../truth.ts";
import type { PlannedApplication, PlannedScenario, PlannedSource } from "./planned.ts";
import type { Random } from "./random.ts";
import {
  applications,
  detectedShare,
  endedEarlyShare,
  incidents,
  medianSeconds,
  otherOutcomes,
  scenarios,
  sources,
  spreads,
  unrecoveredShares,
  watchedParts,
} from "./realistic-plan.ts";

const minuteMs = 60_000;

/** What really happened in one test; times are milliseconds since 1970-01-01 UTC. */
export interface TestRun {
  application: PlannedApplication;
  scenario: PlannedScenario;
  source: PlannedSource;
  outcome: Outcome;
  startTime: number;
  endTime: number;
  /** Null for a test that did not come to strike. */
  fault: FaultCourse | null;
}

/** From the fault to the recovery, as the source measures it. */
export interface FaultCourse {
  faultAt: number;
  detectedAt: number | null;
  /** Null when the application had not recovered at the end. */
  recoveredAt: number | null;
  dataLossSeconds: number | null;
}

/** Draws one test. `hasIncident` tells of the application whether it has one at that time. */
export function drawTestRun(
  random: Random,
  startTime: number,
  hasIncident: (appId: number) => boolean,
): TestRun {
  const application = random.byShare(applications) ?? (applications[0] as PlannedApplication);
  const scenario = random.byShare(scenarios) ?? (scenarios[0] as PlannedScenario);
  const source = random.byShare(sources) ?? (sources[0] as PlannedSource);
  const incident = hasIncident(application.appId);
  const outcome = drawOutcome(random, incident ? incidents.failedShare : application.failedShare);
  const run: TestRun = {
    application,
    scenario,
    source,
    outcome,
    startTime: source.wholeSeconds ? wholeSeconds(startTime) : startTime,
    endTime: 0,
    fault: null,
  };
  drawCourse(random, run, incident ? incidents.slowness : 1);
  return run;
}

/** Draws the rest of a test that has begun: how it went on, and when it ended. */
function drawCourse(random: Random, run: TestRun, slowness: number): void {
  if (run.outcome !== "passed" && run.outcome !== "failed") {
    run.endTime = run.startTime + drawMs(random, 1, 300);
  } else if (run.source.recoveryBasis === null) {
    const length = Math.max(1_000, wholeSeconds(recoveryMs(random, run, slowness)));
    run.endTime = run.startTime + length;
  } else {
    measure(random, run, slowness);
  }
}

function drawOutcome(random: Random, failedShare: number): Outcome {
  const other = random.byShare(otherOutcomes);
  if (other !== undefined) return other.outcome;
  return random.chance(failedShare) ? "failed" : "passed";
}

function measure(random: Random, run: TestRun, slowness: number): void {
  const { application, scenario, source, outcome } = run;
  const faultAt = run.startTime + drawMs(random, 5, 60);
  const recovery = recoveryMs(random, run, slowness);
  const unrecovered = random.chance(unrecoveredShares[outcome === "failed" ? "failed" : "passed"]);
  const watched = Math.round(random.between(watchedParts) * application.rtoMinutes * minuteMs);
  const early = random.chance(endedEarlyShare) && source.recoveryBasis === "measured";
  const observed = unrecovered ? watched : early ? Math.round(recovery / 2) : recovery;
  const detection = Math.round(medianSeconds.detection * 1_000 * random.spread(spreads.detection));
  const noticed = random.chance(detectedShare) && detection <= observed;
  const dataLoss = Math.round(medianSeconds.dataLoss * random.spread(spreads.dataLoss));
  run.endTime = faultAt + observed + (early && !unrecovered ? 0 : drawMs(random, 5, 60));
  run.fault = {
    faultAt,
    detectedAt: noticed ? faultAt + detection : null,
    recoveredAt: unrecovered ? null : faultAt + recovery,
    dataLossSeconds: random.chance(scenario.dataLossShare) ? dataLoss : null,
  };
}

function recoveryMs(random: Random, { application, scenario }: TestRun, slowness: number): number {
  const median = scenario.recoveryMinutes * application.slowness * slowness * minuteMs;
  return Math.round(median * random.spread(spreads.recovery));
}

function drawMs(random: Random, minSeconds: number, maxSeconds: number): number {
  return Math.round(random.between({ min: minSeconds, max: maxSeconds }) * 1_000);
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000) * 1_000;
}
