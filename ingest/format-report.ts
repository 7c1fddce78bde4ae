import { visibleText } from "../runner/text/terminal-text.ts";
import { type FileReport, sumOf } from "./file-report.ts";

/** What became of all files, in numbers. */
export interface Totals {
  files: number;
  loaded: number;
  known: number;
  corrected: number;
  reassigned: number;
  skipped: number;
  setAside: number;
  quarantined: number;
  refused: number;
  passedOver: number;
}

/** The sums of all reports. */
export function totalsOf(reports: readonly FileReport[]): Totals {
  const sum = (count: (report: FileReport) => number) =>
    reports.reduce((total, report) => total + count(report), 0);
  return {
    files: reports.length,
    loaded: sum(({ loaded }) => loaded),
    known: sum(({ known }) => known),
    corrected: sum(({ corrected }) => corrected),
    reassigned: sum(({ reassigned }) => reassigned),
    skipped: sum(({ skipped }) => skipped),
    setAside: sum(({ setAside }) => sumOf(setAside)),
    quarantined: sum(({ quarantined }) => sumOf(quarantined)),
    refused: sum((report) => (report.refused && !report.isPassedOver ? 1 : 0)),
    passedOver: sum(({ isPassedOver }) => (isPassedOver ? 1 : 0)),
  };
}

/**
 * The exit code of a load, but for that of a run: 2 when a file was refused, 1 with `--strict` when something was set aside or
 * quarantined, or counts for another application than before.
 */
export function exitCodeOf(totals: Totals, isStrict: boolean): number {
  const { refused, setAside, quarantined, reassigned } = totals;
  if (refused > 0) return 2;
  return isStrict && setAside + quarantined + reassigned > 0 ? 1 : 0;
}

/** The lines of output about one file; none for a skipped file. */
export function fileLines(report: FileReport, isDryRun: boolean): string[] {
  if (report.isPassedOver) return [];
  const name = report.name === "-" ? "standard input" : report.name;
  if (report.refused !== undefined) {
    const { message, hint } = report.refused;
    return [`${name}: refused: ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])].map(
      visibleText,
    );
  }
  const { formats, loaded, known, corrected, reassigned, skipped, setAside, quarantined } = report;
  const parts = [
    `${loaded} ${isDryRun ? "would be loaded" : "loaded"}`,
    ...(known > 0 ? [`${known} already known`] : []),
    ...(corrected > 0 ? [`${corrected} of them corrected`] : []),
    ...(reassigned > 0 ? [`${reassigned} of these of another application before`] : []),
    ...(skipped > 0 ? [`${skipped} left out by a rule`] : []),
    ...counted("set aside", setAside),
    ...counted("to be quarantined", quarantined),
  ];
  return [
    `${name}: ${formats.join(", ") || "no results"}: ${parts.join(", ")}`,
    ...[...report.notes, ...report.details, ...once(report.explained)].map((line) => `  ${line}`),
    ...(isDryRun ? report.preview : []).map((each) => `  ${previewLine(each)}`),
  ].map(visibleText);
}

/** The last lines: sums, when there was more than one file, and what to look at next. */
export function closingLines(totals: Totals, next: string | undefined): string[] {
  const { files, passedOver } = totals;
  const sums = `${files - passedOver} files: ${totals.loaded} loaded, ${totals.known} already known, ${totals.setAside} set aside, ${totals.refused} refused`;
  return [
    ...(files - passedOver > 1 ? [sums] : []),
    ...(passedOver > 0 ? [`files in folders that are no results: ${passedOver}`] : []),
    ...(next === undefined ? [] : [next]),
  ];
}

/** One sentence on what to look at next. */
export function nextStep(totals: Totals, isDryRun: boolean): string {
  if (isDryRun && totals.loaded > 0) return "next: the same without --dry-run";
  if (totals.quarantined > 0) {
    return 'next: npx dataform run, then npx dataform query "select * from resiliency.stg_quarantined_tests"';
  }
  if (totals.loaded > 0) {
    return 'next: npx dataform run, then npx dataform query "select * from resiliency.weekly_summary"';
  }
  if (totals.refused + totals.setAside > 0) return "next: mend the files above and give them again";
  if (isDryRun) return "next: nothing would be loaded";
  return 'next: nothing is new; npx dataform query "select * from resiliency.weekly_summary"';
}

/** Lines that are there often, once and with their number. */
function once(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

function counted(what: string, counts: Record<string, number> | undefined): string[] {
  const parts = Object.entries(counts ?? {}).map(([reason, count]) => `${count} ${reason}`);
  return parts.length === 0 ? [] : [`${what}: ${parts.join(", ")}`];
}

function previewLine({
  application,
  scenario,
  status,
  start,
  recovered,
}: FileReport["preview"][number]) {
  const back = recovered === null ? "" : `, recovered ${recovered}`;
  return `${start ?? "no time"}  ${status ?? "no status"}  ${application ?? "no application"}: ${scenario ?? "no scenario"}${back}`;
}
