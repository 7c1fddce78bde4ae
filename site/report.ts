import type { NewestRun } from "./read/newest-run.ts";
import { type Facts, inWindow } from "./read/read-report.ts";
import { number, type Row } from "./read/rows.ts";

/** Windows that a page can be about, in days. */
export const windowLengths = [7, 30, 90] as const;

/** Most applications for which there is a page for each window; with more, only for the report's own. */
const mostWindowedApplications = 50;

/** What all pages are made from. */
export interface Report {
  facts: Facts;
  /** Days of the report's own window. */
  days: number;
  /** The day that the report is made as of, when one was given. */
  asOf: string | undefined;
  withSamples: boolean;
  /** Conclusive tests of the report's window, and those of them that are made up. */
  total: number;
  synthetic: number;
  /** The newest run, when it did not end well. */
  failedRun: NewestRun | undefined;
  missing: readonly string[];
  /** Name of the application that the report is limited to. */
  onlyApplication: string | undefined;
  /** When and from what the warehouse was built, in words. */
  origin: string;
  /** The windows that a page is made for. */
  windowsOf: (name: string) => readonly number[];
}

/** How a report is made from what was read. */
export type ReportOptions = Omit<Report, "total" | "synthetic" | "missing" | "windowsOf">;

/** Takes what was read and returns what pages are made from. */
export function createReport(options: ReportOptions): Report {
  const { facts, days } = options;
  const own = inWindow(facts.windows.rows, days);
  const sumOf = (column: string) => own.reduce((total, row) => total + number(row[column]), 0);
  const isSmall = facts.data.applications.rows.length <= mostWindowedApplications;
  return {
    ...options,
    total: sumOf("total_tests"),
    synthetic: sumOf("synthetic_tests"),
    missing: facts.missing,
    windowsOf: (name) => (isSmall || !name.startsWith("application-") ? windowLengths : [days]),
  };
}

/** The first and the last day of a window; undefined in a warehouse without tests. */
export function boundsOf(
  report: Report,
  days: number,
): { first: string; last: string } | undefined {
  const row = inWindow(report.facts.windows.rows, days)[0];
  if (!row?.first_date || !row.last_date) return undefined;
  return { first: row.first_date, last: row.last_date };
}

const staleDays = 7;

/**
 * When the newest test is older than a week: its age in days, counted to the day of the report, and its day.
 */
export function staleness(report: Report): { age: number; last: string } | undefined {
  const last = boundsOf(report, report.days)?.last;
  if (last === undefined) return undefined;
  const age = (Date.parse(report.facts.today) - Date.parse(last)) / 86_400_000;
  return age > staleDays ? { age, last } : undefined;
}

/** Rows by a column that each has its own value of. */
export function byKey(rows: readonly Row[], column: string): Map<string, Row> {
  return new Map(rows.map((row) => [row[column] ?? "", row]));
}

/** Part of a whole in per cent; undefined without a whole. Cut where it is shown. */
export function shareOf(part: number, whole: number): string | undefined {
  return whole === 0 ? undefined : String((100 * part) / whole);
}
