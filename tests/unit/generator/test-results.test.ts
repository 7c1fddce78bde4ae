import { describe, expect, it } from "vitest";
import {
  applicationIds,
  durationsMs,
  errorMessages,
  resultsOfDay,
  scenarioNames,
} from "../../../generator/test-results.ts";
import { dayLengthMs, startOfDay } from "../../../warehouse/utc-day.ts";

const day = "2026-01-01";

describe("resultsOfDay", () => {
  it("gives the same rows for the same seed and other rows for another one", () => {
    const rows = [...resultsOfDay(day, 50, 42)];
    expect([...resultsOfDay(day, 50, 42)]).toEqual(rows);
    expect([...resultsOfDay(day, 50, 43)]).not.toEqual(rows);
  });

  it("gives the same rows on every machine and in every release", () => {
    expect(
      [...resultsOfDay(day, 2, 42)].map((row) => [row.appId, row.scenarioName, row.startTime]),
    ).toEqual([
      [1, "Memory Pressure", 1767247151021],
      [3, "Database Failover", 1767285972910],
    ]);
  });

  it("does not let two days that are drawn at the same time disturb each other", () => {
    const alone = [...resultsOfDay(day, 20, 42)];
    const first = resultsOfDay(day, 20, 42);
    const other = resultsOfDay("2026-01-02", 20, 42);
    const together = Array.from({ length: 20 }, () => {
      const { value } = first.next();
      other.next();
      return value;
    });
    expect(together).toEqual(alone);
  });

  it("gives every day rows of its own", () => {
    const offsets = (of: string) =>
      [...resultsOfDay(of, 20, 42)].map(({ startTime }) => startTime - startOfDay(of));
    expect(offsets("2026-01-02")).not.toEqual(offsets(day));
  });

  it("starts every test inside the day, in order, and ends it after its duration", () => {
    let previous = startOfDay(day);
    for (const row of resultsOfDay(day, 5_000, 7)) {
      expect(row.startTime).toBeGreaterThanOrEqual(previous);
      expect(row.startTime).toBeLessThan(startOfDay(day) + dayLengthMs);
      expect(row.endTime - row.startTime).toBe(row.durationMs);
      previous = row.startTime;
    }
  });

  it("keeps durations in the range of the status and comes close to both ends of it", () => {
    const durations = { passed: [] as number[], failed: [] as number[] };
    for (const { status, durationMs } of resultsOfDay(day, 60_000, 1)) {
      durations[status].push(durationMs);
    }
    for (const status of ["passed", "failed"] as const) {
      const { min, max } = durationsMs[status];
      const [shortest, longest] = [Math.min(...durations[status]), Math.max(...durations[status])];
      expect(shortest).toBeGreaterThanOrEqual(min);
      expect(shortest).toBeLessThan(min + 50);
      expect(longest).toBeLessThanOrEqual(max);
      expect(longest).toBeGreaterThan(max - 50);
    }
  });

  it("passes 85 % of the tests and draws applications, scenarios and messages evenly", () => {
    const rows = [...resultsOfDay(day, 60_000, 42)];
    const failed = rows.filter(({ status }) => status === "failed");
    expect(failed.length / rows.length).toBeCloseTo(0.15, 2);
    expectEven(
      rows.map(({ appId }) => appId),
      applicationIds,
    );
    expectEven(
      rows.map(({ scenarioName }) => scenarioName),
      scenarioNames,
    );
    expectEven(
      failed.map(({ errorMessage }) => errorMessage),
      errorMessages,
    );
    expectEven(
      failed.map(({ metadata }) => metadata?.retry_count),
      [1, 2, 3],
    );
  });

  it("spreads the starts evenly over the 24 hours", () => {
    const hours = [...resultsOfDay(day, 48_000, 42)].map(({ startTime }) =>
      new Date(startTime).getUTCHours(),
    );
    expectEven(
      hours,
      Array.from({ length: 24 }, (_, hour) => hour),
    );
  });

  it("gives failed tests a message and metadata, and passed ones neither", () => {
    for (const { status, errorMessage, metadata } of resultsOfDay(day, 500, 42)) {
      expect(metadata?.failure_reason ?? null).toBe(errorMessage);
      expect(errorMessage === null).toBe(status === "passed");
    }
  });

  it("names every row after its seed, day and number", () => {
    const names = [...resultsOfDay(day, 3, 42)].map(({ sourceRunId }) => sourceRunId);
    expect(names).toEqual(["seed 42/2026-01-01/1", "seed 42/2026-01-01/2", "seed 42/2026-01-01/3"]);
  });
});

/** Each choice within a tenth of its fair share: more than five standard deviations here. */
function expectEven<T>(drawn: readonly T[], choices: readonly T[]): void {
  const counts = new Map<T, number>();
  for (const value of drawn) counts.set(value, (counts.get(value) ?? 0) + 1);
  expect(new Set(counts.keys())).toEqual(new Set(choices));
  const fair = drawn.length / choices.length;
  for (const count of counts.values()) expect(Math.abs(count - fair) / fair).toBeLessThan(0.1);
}
