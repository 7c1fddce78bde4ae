import { SimpleFaker } from "@faker-js/faker";
import { dayLengthMs, dayNumber, startOfDay, type UtcDay } from "../warehouse/utc-day.ts";

/** One synthetic test result; times are milliseconds since 1970-01-01 UTC. */
export interface TestResult {
  appId: number;
  scenarioName: string;
  startTime: number;
  endTime: number;
  durationMs: number;
  status: "passed" | "failed";
  errorMessage: string | null;
  metadata: { failure_reason: string; retry_count: number } | null;
  /** The result's own name within its source: `seed 42/2026-01-01/17`. */
  sourceRunId: string;
}

/** Applications that are tested: the ids of dim_applications. */
export const applicationIds = [1, 2, 3, 4, 5] as const;

/** Scenarios that are tested: the names of dim_test_scenarios. */
export const scenarioNames = [
  "Database Failover",
  "Network Latency",
  "Service Restart",
  "Memory Pressure",
  "CPU Spike",
  "Dependency Timeout",
] as const;

/** What failed tests say. */
export const errorMessages = [
  "Timeout waiting for database connection",
  "Service unavailable",
  "Memory limit exceeded",
  "Network unreachable",
  "Dependency service failed",
] as const;

/** Share of the tests that pass. */
export const passShare = 0.85;

/** Shortest and longest duration in milliseconds, both included. */
export const durationsMs = {
  passed: { min: 100, max: 5_000 },
  failed: { min: 1_000, max: 30_000 },
} as const;

/**
 * The results of one day in the order of their start. They depend on the three arguments alone:
 * whatever else is generated before or beside them changes nothing. Holds 4 bytes for each result.
 */
export function* resultsOfDay(
  day: UtcDay,
  testsPerDay: number,
  seed: number,
): Generator<TestResult, void, void> {
  const random = new SimpleFaker();
  random.seed([seed, dayNumber(day)]);
  const midnight = startOfDay(day);
  let number = 0;
  for (const offset of sortedOffsets(random, testsPerDay)) {
    number += 1;
    yield makeResult(random, midnight + offset, `seed ${seed}/${day}/${number}`);
  }
}

function sortedOffsets(random: SimpleFaker, count: number): Uint32Array {
  const offsets = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    offsets[index] = random.number.int({ min: 0, max: dayLengthMs - 1 });
  }
  return offsets.sort();
}

function makeResult(random: SimpleFaker, startTime: number, sourceRunId: string): TestResult {
  const appId = random.helpers.arrayElement(applicationIds);
  const scenarioName = random.helpers.arrayElement(scenarioNames);
  const status = random.datatype.boolean(passShare) ? "passed" : "failed";
  const durationMs = random.number.int(durationsMs[status]);
  const errorMessage = status === "failed" ? random.helpers.arrayElement(errorMessages) : null;
  const metadata =
    errorMessage === null
      ? null
      : { failure_reason: errorMessage, retry_count: random.number.int({ min: 1, max: 3 }) };
  return {
    appId,
    scenarioName,
    startTime,
    endTime: startTime + durationMs,
    durationMs,
    status,
    errorMessage,
    metadata,
    sourceRunId,
  };
}
