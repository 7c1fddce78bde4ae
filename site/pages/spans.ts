import { addDays } from "../../warehouse/utc-day.ts";
import type { SparkPoint } from "../charts/spark.ts";
import { number, type Row } from "../read/rows.ts";
import { boundsOf, type Report } from "../report.ts";

const spanCount = 12;

/** The last days of the twelve spans of seven days that end with the window, the oldest first. */
function spanEnds(report: Report): string[] {
  const last = boundsOf(report, report.days)?.last;
  if (last === undefined) return [];
  return Array.from({ length: spanCount }, (_, index) =>
    addDays(last, -7 * (spanCount - 1 - index)),
  );
}

/** The twelve spans of the rows of an application or of all, summed; null where nothing was tested. */
export function spansOf(report: Report, rows: readonly Row[], column: string): number[] {
  return spanEnds(report).map((end) =>
    rows
      .filter(({ last_date: last }) => last === end)
      .reduce((total, row) => total + number(row[column]), 0),
  );
}

/** The share of kept objectives in each span of all applications, from summed counts. */
export function keptPoints(report: Report, rows: readonly Row[]): (SparkPoint | null)[] {
  const met = spansOf(report, rows, "rto_met_tests");
  const breached = spansOf(report, rows, "rto_breached_tests");
  return met.map((value, index) => {
    const whole = value + (breached[index] ?? 0);
    return whole === 0 ? null : { value: (100 * value) / whole };
  });
}

/** The trend of one application: a share with its interval in each span. */
export function sharePoints(
  report: Report,
  rows: readonly Row[],
  [share, low, high]: readonly [string, string, string],
): (SparkPoint | null)[] {
  return spanEnds(report).map((end) => {
    const row = rows.find(({ last_date: last }) => last === end);
    if (!row?.[share]) return null;
    return { value: number(row[share]), low: number(row[low]), high: number(row[high]) };
  });
}
