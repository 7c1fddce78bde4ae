import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { profiles } from "../../../generator/profiles/profiles.ts";
import { drawIncidents } from "../../../generator/realistic/incidents.ts";
import { createRandom } from "../../../generator/realistic/random.ts";
import {
  aliasShare,
  applications,
  carelessShare,
  faults,
  hours,
  incidents,
  lateArrivals,
  longestLagDays,
  otherOutcomes,
  repeats,
  scenarios,
  sources,
  spreads,
  unmappedShare,
  unrecoveredShares,
  weekdays,
} from "../../../generator/realistic/realistic-plan.ts";
import type { Truth } from "../../../generator/truth.ts";
import type { BronzeRow } from "../../../warehouse/bronze-row.ts";
import { dayLengthMs, dayNumber, daysFrom, startOfDay } from "../../../warehouse/utc-day.ts";

interface Made {
  day: string;
  row: BronzeRow;
  truth: Truth;
}

function make(days: readonly string[], testsPerDay: number, seed = 42): Made[] {
  return days.flatMap((day) =>
    [...profiles.realistic.rowsOfDay(day, testsPerDay, seed)].map(({ row, truth }) => ({
      day,
      row,
      truth: truth(),
    })),
  );
}

const weeks = make(daysFrom("2026-01-05", 14), 2_000);
const last = weeks.filter(({ truth }) => truth.disposition !== "duplicate");
const conclusive = weeks.filter(({ truth }) => truth.disposition === "staged");

/** The number is within five standard deviations of its share of the total. */
function expectShare(count: number, share: number, total: number): void {
  expect(Math.abs(count - share * total)).toBeLessThan(5 * Math.sqrt(total * share * (1 - share)));
}

const has = (trait: string) => weeks.filter(({ truth }) => truth.traits.includes(trait)).length;

describe("the plan of the realistic profile", () => {
  it("shares out everything, or less where the rest is the ordinary case", () => {
    const sum = (choices: readonly { share: number }[]) =>
      choices.reduce((total, { share }) => total + share, 0);
    for (const choices of [applications, scenarios, sources])
      expect(sum(choices)).toBeCloseTo(1, 9);
    for (const choices of [faults, otherOutcomes, repeats, lateArrivals]) {
      expect(sum(choices)).toBeLessThan(0.2);
    }
  });

  it("has a weight for every weekday and hour, and spreads around the factor 1", () => {
    expect([weekdays.length, hours.length]).toEqual([7, 24]);
    for (const values of Object.values(spreads)) {
      expect([...values].sort((a, b) => a - b)).toEqual(values);
    }
    expect(spreads.recovery[(spreads.recovery.length - 1) / 2]).toBe(1);
  });
});

describe("rowsOfDay of the realistic profile", () => {
  it("gives the same rows for the same seed, other rows for another one", () => {
    const day = ["2026-03-01"];
    expect(make(day, 100)).toEqual(make(day, 100));
    expect(make(day, 100, 43)).not.toEqual(make(day, 100));
  });

  it("gives the same rows on every machine and in every release", () => {
    const lines = make(["2026-03-01", "2026-03-02"], 500).map(({ row }) => JSON.stringify(row));
    const digest = createHash("sha256").update(lines.join("\n")).digest("hex");
    expect([lines.length, digest.slice(0, 16)]).toEqual([805, "aa9029fd6ad4feae"]);
  });

  it("gives a day the same rows whatever is drawn before or beside it", () => {
    const alone = make(["2026-03-02"], 50);
    const other = profiles.realistic.rowsOfDay("2026-03-01", 50, 42)[Symbol.iterator]();
    const rows: BronzeRow[] = [];
    for (const { row } of profiles.realistic.rowsOfDay("2026-03-02", 50, 42)) {
      other.next();
      rows.push(row);
    }
    expect(rows).toEqual(alone.map(({ row }) => row));
  });

  it("has a first test with nothing wrong, by which the day is known, also when it is alone", () => {
    for (const day of daysFrom("2026-01-01", 400)) {
      const [first] = make([day], 1);
      const { startTime, ingestedAt } = first?.row ?? {};
      expect(startTime).toBeGreaterThanOrEqual(startOfDay(day));
      expect(startTime).toBeLessThan(startOfDay(day) + dayLengthMs);
      expect(ingestedAt).toBeGreaterThanOrEqual(startTime ?? Number.NaN);
    }
  });

  it("follows the week: the tests of two weeks are fourteen mean days", () => {
    const runs = new Map<string, number>();
    for (const { day } of last) runs.set(day, (runs.get(day) ?? 0) + 1);
    const [monday = 0, , , , , saturday = 0] = [...runs.values()];
    expect(saturday / monday).toBeCloseTo(weekdays[5] / weekdays[0], 1);
  });

  it("follows the hours of the day", () => {
    const counts = new Array<number>(24).fill(0);
    for (const { row } of conclusive) {
      const hour = new Date(row.startTime ?? 0).getUTCHours();
      counts[hour] = (counts[hour] ?? 0) + 1;
    }
    const total = hours.reduce((sum, weight) => sum + weight, 0);
    for (const [hour, count] of counts.entries()) {
      expectShare(count, (hours[hour] ?? 0) / total, conclusive.length);
    }
  });

  it.each(sources)("takes its share of the rows from $name", ({ name, share }) => {
    const count = weeks.filter(({ row }) => row.sourceSystem === name).length;
    // tests with several rows belong to one source: a little more than chance alone would do
    expect(count / weeks.length).toBeCloseTo(share, 1);
  });

  it.each(otherOutcomes)("ends its share of the tests as $outcome", ({ outcome, share }) => {
    const ended = last.filter(({ truth }) => truth.outcome === outcome);
    expectShare(ended.length, share, last.length);
  });

  it.each(faults)(
    "gives $fault its share of the tests, with its reason",
    ({ fault, share, reason }) => {
      const broken = weeks.filter(({ truth }) => truth.traits.includes(fault));
      expect(new Set(broken.map(({ truth }) => truth.reason))).toEqual(new Set([reason]));
      expect(broken.every(({ truth }) => truth.recovery === null)).toBe(true);
      expectShare(broken.length, share, last.length);
    },
  );

  it("spells scenarios carelessly, by aliases and beyond recognition as planned", () => {
    expectShare(has("misspelt"), carelessShare, weeks.length);
    expectShare(has("alias"), aliasShare, weeks.length);
    expectShare(has("unmapped"), unmappedShare, weeks.length);
    const unmapped = weeks.filter(({ truth }) => truth.traits.includes("unmapped"));
    expect(unmapped.every(({ truth }) => truth.scenario_id === 0)).toBe(true);
  });

  it("lets rows arrive late as planned, none of them later than it says", () => {
    const share = lateArrivals.reduce((sum, late) => sum + late.share, 0);
    expectShare(has("late"), share, weeks.length);
    const lags = conclusive.map(({ row }) => row.ingestedAt - (row.startTime ?? 0));
    expect(Math.max(...lags)).toBeLessThan(longestLagDays * dayLengthMs);
    expect(Math.max(...lags)).toBeGreaterThan(300 * dayLengthMs);
  });

  it("sends a replay word for word, and a correction under the same name with another verdict", () => {
    const rows = weeks.map(({ row }) => row);
    for (const [index, { row, truth }] of weeks.entries()) {
      const later = rows[index + 1];
      if (truth.traits.includes("replayed") && truth.disposition === "duplicate") {
        expect(later).toEqual({ ...row, ingestedAt: later?.ingestedAt });
        expect(later?.ingestedAt).toBeGreaterThan(row.ingestedAt);
      } else if (truth.disposition === "duplicate") {
        expect(later?.sourceRunId).toBe(row.sourceRunId);
        expect(weeks[index + 1]?.truth.outcome).not.toBe(truth.outcome);
        expect(later?.payloadHash).not.toBe(row.payloadHash);
      }
    }
    expect(has("corrected") * has("running_first")).toBeGreaterThan(10_000);
  });

  it("has breached, met and undetermined objectives for every application", () => {
    const pairs = new Set(
      conclusive.map(({ truth }) => `${truth.app_id} ${truth.recovery?.rto_result}`),
    );
    expect(pairs.size).toBe(applications.length * 3);
  });

  it("leaves the planned share of failed tests unrecovered, and says so", () => {
    const measured = conclusive.filter(
      ({ truth }) =>
        truth.outcome === "failed" && truth.recovery?.recovery_basis !== "duration_proxy",
    );
    const unrecovered = measured.filter(({ row }) => row.isRecovered === false);
    expectShare(unrecovered.length, unrecoveredShares.failed, measured.length);
    for (const { row, truth } of unrecovered) {
      expect([row.recoveredAt, truth.recovery?.recovery_seconds]).toEqual([null, null]);
    }
  });

  it("judges what it measured: met up to the objective, breached beyond it", () => {
    const objective = new Map(
      applications.map(({ appId, rtoMinutes }) => [appId, rtoMinutes * 60]),
    );
    for (const { truth } of conclusive) {
      const { recovery, app_id } = truth;
      if (recovery === null || recovery.recovery_seconds === null) continue;
      const inTime = recovery.recovery_seconds <= (objective.get(app_id ?? 0) ?? 0);
      expect(recovery.rto_result).toBe(inTime ? "met" : "breached");
      expect(recovery.observed_seconds).toBeGreaterThanOrEqual(recovery.recovery_seconds);
    }
  });

  it("lets tests fail in bursts: as planned for an incident, else as for the application", () => {
    const tests = daysFrom("2026-01-05", 40).flatMap((day) => {
      const hasIncident = drawIncidents(createRandom([42, dayNumber(day)]));
      return make([day], 500)
        .filter(({ truth }) => truth.disposition === "staged")
        .map(({ row, truth }) => ({
          failed: truth.outcome === "failed",
          share: applications.find(({ appId }) => appId === truth.app_id)?.failedShare ?? 0,
          incident: hasIncident(truth.app_id ?? 0, (row.startTime ?? 0) - startOfDay(day)),
        }));
    });
    const during = tests.filter(({ incident }) => incident);
    const otherwise = tests.filter(({ incident }) => !incident);
    const failed = (of: typeof tests) => of.filter((test) => test.failed).length;
    const meanShare = otherwise.reduce((sum, { share }) => sum + share, 0) / otherwise.length;
    expect(during.length).toBeGreaterThan(50);
    expectShare(failed(during), incidents.failedShare, during.length);
    expectShare(failed(otherwise), meanShare, otherwise.length);
  });

  it("names every run once, and none where the source has no names", () => {
    for (const { name, hasRunIds } of sources) {
      const rows = last.filter(({ row }) => row.sourceSystem === name).map(({ row }) => row);
      const names = new Set(rows.map(({ sourceRunId }) => sourceRunId));
      if (hasRunIds) expect(names.has(null)).toBe(false);
      else expect(names).toEqual(new Set([null]));
    }
  });

  it("estimates how many rows it makes", () => {
    const expected = daysFrom("2026-01-05", 14).reduce(
      (sum, day) => sum + profiles.realistic.expectedRows(day, 2_000),
      0,
    );
    expect(Math.abs(weeks.length - expected) / expected).toBeLessThan(0.01);
  });
});
