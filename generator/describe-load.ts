import { describeDays } from "../warehouse/utc-day.ts";
import type { GeneratedDay } from "./generate-days.ts";

/** One line for the days that were added and one for those that were there already. */
export function describeLoad(days: readonly GeneratedDay[]): string[] {
  const added = days.filter((day) => day.added > 0);
  const rows = added.reduce((sum, day) => sum + day.added, 0);
  const skipped = days.filter((day) => day.added === 0).map(({ day }) => day);
  const lines: string[] = [];
  if (added.length > 0) {
    const when = describeDays(added.map(({ day }) => day));
    lines.push(`generated ${rows} tests on ${count(added.length, "day")}: ${when}`);
  }
  if (skipped.length > 0) {
    const what = count(skipped.length, "day");
    lines.push(`skipped ${what} that already held generated tests: ${describeDays(skipped)}`);
  }
  return lines;
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
