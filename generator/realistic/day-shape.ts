import { dayNumber, type UtcDay } from "../../warehouse/utc-day.ts";
import type { Random } from "./random.ts";
import { hours, weekdays } from "./realistic-plan.ts";

const hourMs = 3_600_000;
const totalWeight = hours.reduce((sum, weight) => sum + weight, 0);
const hourShares = hours.map((weight, hour) => ({ hour, share: weight / totalWeight }));
const meanOfWeek = weekdays.reduce((sum, weight) => sum + weight, 0) / weekdays.length;

/** Tests that start on the day when `testsPerDay` start on a mean one; at least 1. */
export function testsOnDay(day: UtcDay, testsPerDay: number): number {
  // 1970-01-01 was a Thursday; the weekdays begin with Monday
  const weekday = (((dayNumber(day) + 3) % 7) + 7) % 7;
  return Math.max(1, Math.round((testsPerDay * (weekdays[weekday] ?? 1)) / meanOfWeek));
}

/** When tests start, in milliseconds of the day, ascending. Holds 4 bytes for each. */
export function startOffsets(random: Random, count: number): Uint32Array {
  const offsets = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    const hour = random.byShare(hourShares)?.hour ?? 0;
    offsets[index] = hour * hourMs + Math.floor(random.fraction() * hourMs);
  }
  return offsets.sort();
}
