import type { HistoryAction, HistoryDetail, HistoryRun } from "../../history/read-history.ts";
import { slowerThanUsual } from "../../results/slower-than-usual.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { counted, limitList, limitText } from "../limit-text.ts";
import { formatTable } from "../rows/table.ts";

/** How wide a history may be; without it nothing is cut. */
export interface HistoryWidth {
  width?: number | undefined;
}

/** Takes runs, the newest first, and returns them as a table. */
export function formatRuns(runs: readonly HistoryRun[], { width }: HistoryWidth = {}): string[] {
  return table(
    ["started (UTC)", "status", "seconds", "ok", "failed", "not run", "warnings", "run", "command"],
    runs.map((run) => [
      ...[timeOf(run.started_at), run.status, secondsOf(run.duration_seconds)],
      ...[run.successful, run.failed, run.skipped + run.cancelled, run.warnings].map(String),
      ...[run.run_id.slice(0, 8), run.command ?? ""],
    ]),
    [2, 3, 4, 5, 6],
    width,
  );
}

/** Takes runs of actions, the newest first, and returns them as a table. */
export function formatActionRuns(
  actions: readonly HistoryAction[],
  { width }: HistoryWidth = {},
): string[] {
  return table(
    ["started (UTC)", "action", "status", "seconds", "usual", "rows", "run", "found"],
    actions.map((action) => [
      ...[timeOf(action.started_at), nameOf(action), action.verdict ?? action.status],
      ...[secondsOf(action.duration_seconds), secondsOf(action.usual_seconds)],
      ...[String(action.rows ?? ""), action.run_id.slice(0, 8), findingOf(action)],
    ]),
    [3, 4, 5],
    width,
  );
}

/** Takes a run and returns lines: how it ended, what failed and since when, and what was slow. */
export function formatRun(run: HistoryDetail): string[] {
  return [
    ...headOf(run),
    ...section("Failed", run.actions.filter(isFailed).map(failureLine)),
    ...section(
      "Warnings",
      run.actions.filter(({ verdict }) => verdict === "warning").map(failureLine),
    ),
    ...section("Slower than usual", slowActions(run.actions).map(slowLine)),
    ...section("Waited for locks", run.actions.filter(hasWaited).map(waitLine)),
  ].map(visibleText);
}

function headOf(run: HistoryDetail): string[] {
  const { git_commit: commit, git_branch: branch, versions } = run;
  const who = [run.user_name, run.host].filter(Boolean).join("@");
  const facts = [
    ["run", run.run_id],
    ["status", run.exit_code === null ? run.status : `${run.status} (exit code ${run.exit_code})`],
    ["command", run.command],
    ["started", `${timeOf(run.started_at)} UTC`],
    ["took", run.duration_seconds === null ? null : `${secondsOf(run.duration_seconds)} s`],
    ["actions", countsOf(run)],
    ["commit", commit && `${commit.slice(0, 12)}${branch ? ` (${branch})` : ""}`],
    ["by", `${who ? `${who}, ` : ""}role ${run.role_name}`],
    [
      "versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["continues", run.resumed_from],
    ["error", run.error],
  ];
  return facts.flatMap(([name, value]) => (value ? [`${(name ?? "").padEnd(9)}  ${value}`] : []));
}

function countsOf(run: HistoryDetail): string {
  const kinds = ["successful", "failed", "skipped", "cancelled"] as const;
  const counts = kinds.flatMap((kind) => (run[kind] > 0 ? [`${run[kind]} ${kind}`] : []));
  return [counted(run.planned_actions, "action"), ...counts].join(", ");
}

const mostLines = 20;

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const { shown, left } = limitList(lines, mostLines);
  const more = left > 0 ? [`  … and ${left} more`] : [];
  return ["", `${title}:`, ...shown.map((line) => `  ${line}`), ...more];
}

function isFailed({ status }: HistoryAction): boolean {
  return status === "failed";
}

function failureLine(action: HistoryAction): string {
  const since = action.failing_since ? `, since ${timeOf(action.failing_since)} UTC` : "";
  return `${nameOf(action)}: ${findingOf(action)}${since}`;
}

function findingOf({ error, reason, failing_rows: failing }: HistoryAction): string {
  const [line = ""] = (error ?? reason ?? "").split("\n");
  if (line !== "") return limitText(line, 300);
  return failing ? counted(failing, "failing row") : "";
}

function slowActions(actions: readonly HistoryAction[]): HistoryAction[] {
  return actions
    .filter(
      ({ status, duration_seconds: took, usual_seconds: usual, compared_runs: times }) =>
        status === "successful" &&
        usual !== null &&
        times >= slowerThanUsual.comparedRuns &&
        took > usual * slowerThanUsual.times &&
        took > usual + slowerThanUsual.seconds,
    )
    .sort((one, other) => excess(other) - excess(one));
}

function excess({ duration_seconds: took, usual_seconds: usual }: HistoryAction): number {
  return took - (usual ?? took);
}

function slowLine(action: HistoryAction): string {
  const usual = `usually ${secondsOf(action.usual_seconds)} s`;
  return `${nameOf(action)}: ${secondsOf(action.duration_seconds)} s, ${usual} (${counted(action.compared_runs, "run")})`;
}

function hasWaited({ lock_wait_seconds: waited }: HistoryAction): boolean {
  return (waited ?? 0) > 0;
}

function waitLine(action: HistoryAction): string {
  return `${nameOf(action)}: ${secondsOf(action.lock_wait_seconds)} s`;
}

function nameOf({ schema_name: schema, action_name: name, checked, rule }: HistoryAction): string {
  return checked === null ? `${schema}.${name}` : `${checked}: ${rule}`;
}

/** `2026-11-28T09:30:12.123+00:00` as `2026-11-28 09:30:12`. */
function timeOf(text: string): string {
  return text.slice(0, 19).replace("T", " ");
}

function secondsOf(seconds: number | null): string {
  return seconds === null ? "" : seconds.toFixed(2);
}

const textOid = 25;

function table(
  heads: readonly string[],
  rows: string[][],
  right: readonly number[],
  maxWidth: number | undefined,
): string[] {
  const columns = heads.map((name) => ({ name, typeOid: textOid }));
  const alignRight = heads.map((_, index) => right.includes(index));
  return formatTable(columns, rows, { alignRight, maxWidth });
}
