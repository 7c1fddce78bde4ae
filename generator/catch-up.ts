import type { Database } from "../runner/database/database.ts";
import { addDays, daysBetween, type UtcDay } from "../warehouse/utc-day.ts";
import { newestGeneratedDay } from "./generated-days.ts";

/**
 * The days to generate so that bronze is complete up to `last`: from the day after the newest
 * generated one, or `last` alone when nothing older is there.
 */
export async function daysToCatchUp(
  database: Database,
  last: UtcDay,
): Promise<{ from: UtcDay; days: number }> {
  const newest = await newestGeneratedDay(database);
  const from = newest !== null && newest < last ? addDays(newest, 1) : last;
  return daysBetween(from, last);
}
