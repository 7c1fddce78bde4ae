import { dayNumber, startOfDay, type UtcDay } from "../../warehouse/utc-day.ts";
import type { GeneratedRow, Profile } from "../profile.ts";
import { startOffsets, testsOnDay } from "../realistic/day-shape.ts";
import { breakRow } from "../realistic/faults.ts";
import { drawIncidents } from "../realistic/incidents.ts";
import { addPayload } from "../realistic/payload.ts";
import { type PlannedRow, truthOf } from "../realistic/planned-row.ts";
import { createRandom, type Random } from "../realistic/random.ts";
import { longestLagDays, repeats } from "../realistic/realistic-plan.ts";
import { receive } from "../realistic/received.ts";
import { repeatRow } from "../realistic/repeats.ts";
import { drawTestRun, type TestRun } from "../realistic/test-run.ts";

/** Results as they really arrive: late, doubled, misnamed, failed, never recovered. */
export const realistic: Profile = { rowsOfDay, expectedRows, longestLagDays };

function* rowsOfDay(day: UtcDay, testsPerDay: number, seed: number): Generator<GeneratedRow> {
  const random = createRandom([seed, dayNumber(day)]);
  const hasIncident = drawIncidents(random);
  const midnight = startOfDay(day);
  let number = 0;
  for (const offset of startOffsets(random, testsOnDay(day, testsPerDay))) {
    number += 1;
    const run = drawTestRun(random, midnight + offset, (appId) => hasIncident(appId, offset));
    const item = `${day}/${number}`;
    for (const { row, plan } of rowsOfTest(random, run, `seed ${seed}/${item}`, number === 1)) {
      addPayload(row, item);
      yield { row, truth: () => truthOf({ row, plan }) };
    }
  }
}

function rowsOfTest(
  random: Random,
  run: TestRun,
  sourceRunId: string,
  isFirst: boolean,
): PlannedRow[] {
  const received = receive(random, run, sourceRunId);
  // by its first test the day is known to hold rows, so nothing is wrong with that one
  return repeatRow(random, run, isFirst ? received : breakRow(random, run, received));
}

function expectedRows(day: UtcDay, testsPerDay: number): number {
  const rowsOfATest = repeats.reduce((sum, { share }) => sum + share, 1);
  return Math.round(testsOnDay(day, testsPerDay) * rowsOfATest);
}
