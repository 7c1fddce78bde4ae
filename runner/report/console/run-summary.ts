import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { ActionResult, ActionStatus, RunResult, RunStatus } from "../../results/run-result.ts";
import { clipToWidth, displayWidth, visibleText, wrapToWidth } from "../../text/terminal-text.ts";
import { type Labels, labelOf, reasonIn } from "../action-labels.ts";
import { collectAssertions, isWarning, secondsOf } from "../assertion-report.ts";
import { counted, limitList, limitText } from "../limit-text.ts";
import { fitted } from "./action-lines.ts";
import type { Colors } from "./colors.ts";
import { isChange, needsLook } from "./listing.ts";

const statuses: ActionStatus[] = ["successful", "failed", "skipped", "disabled", "cancelled"];
const mostNames = 20;
const mostUnlistedNames = 5;
const mostReasons = 5;

/** What the last lines of a run need besides its result. */
export interface SummaryOptions {
  graph: ExecutionGraph | undefined;
  labels: Labels;
  colors: Colors;
  /** Columns of the terminal; without it nothing is cut. */
  width?: number | undefined;
  /** Actions without a line in the output. */
  unlisted: readonly ActionResult[];
  /** When the work began; when the run began, unless told. */
  startedAtMillis?: number | undefined;
}

/**
 * Takes a run result and returns its last lines: status, counts, the time since the command began,
 * assertions, actions without a line, warnings and failures.
 */
export function summaryLines(result: RunResult, options: SummaryOptions): string[] {
  const { colors, graph, width } = options;
  const paint = result.status === "successful" ? colors.green : colors.red;
  const { startTimeMillis, endTimeMillis } = result.timing;
  const begun = Math.min(startTimeMillis, options.startedAtMillis ?? startTimeMillis);
  const seconds = secondsOf({ timing: { startTimeMillis: begun, endTimeMillis } });
  const within = (line: string) => fitted(line, { width });
  const [first = "", ...counts] = within(`${runHeadline(result)} in ${seconds.toFixed(2)} s`);
  const failed = result.actions.filter(({ status }) => status === "failed");
  return [
    "",
    ...[first, ...counts].map((line) => colors.bold(paint(line))),
    ...assertionLine(result, graph).flatMap(within),
    ...unlistedLines(options).flatMap(within),
    ...namedLines("Warning", result.actions.filter(isWarning), options).map(colors.yellow),
    ...namedLines("Failed", failed, options).map(colors.red),
  ];
}

/** Takes a run result and returns `Run failed: 12 actions, 9 successful, 1 failed, 2 skipped`. */
export function runHeadline(result: RunResult): string {
  const total = counted(result.actions.length, "action");
  return [`Run ${runWord(result.status)}: ${total}`, ...statusCounts(result.actions)].join(", ");
}

/** Takes action results and returns `9 successful`, `1 failed`, …, without zeros. */
function statusCounts(
  actions: readonly Pick<ActionResult, "status" | "reused" | "unchangedSince">[],
): string[] {
  const unchanged = actions.filter(({ unchangedSince }) => unchangedSince).length;
  const counts = statuses.flatMap((status) => {
    const these = actions.filter((each) => each.status === status && !each.unchangedSince);
    const reused = these.filter((action) => action.reused).length;
    const count = these.length;
    return count === 0 ? [] : [`${count} ${status}${reused > 0 ? ` (${reused} reused)` : ""}`];
  });
  return unchanged === 0 ? counts : [...counts, `${unchanged} unchanged`];
}

/** Takes a run result and returns `9 passed, 1 failed`, or undefined without assertions. */
export function assertionCounts(result: RunResult, graph?: ExecutionGraph): string | undefined {
  const assertions = collectAssertions(result, graph);
  if (assertions.length === 0) return undefined;
  const warnings = assertions.filter(({ verdict }) => verdict === "warning").length;
  const passed = assertions.filter(({ status }) => status === "successful").length - warnings;
  const others = assertions.filter(({ status }) => status !== "successful");
  const counts = statusCounts(others);
  return [
    `${passed} passed`,
    ...(counts.length > 0 ? counts : ["0 failed"]),
    ...(warnings > 0 ? [counted(warnings, "warning")] : []),
  ].join(", ");
}

function assertionLine(result: RunResult, graph: ExecutionGraph | undefined): string[] {
  const counts = assertionCounts(result, graph);
  return counts === undefined ? [] : [`Assertions: ${counts}`];
}

/** The results of actions without a line, counted. */
function unlistedLines({ unlisted, labels }: SummaryOptions): string[] {
  const disabled = unlisted.filter(({ status }) => status === "disabled");
  const quiet = unlisted.filter(({ status }) => status === "successful");
  const findings = unlisted.filter(needsLook).length;
  const reasons = unlisted
    .filter(({ status }) => status === "skipped" || status === "cancelled")
    .map((result) => reasonIn(labels, result));
  const named = (results: readonly ActionResult[]) => {
    const { shown, left } = limitList(results, mostUnlistedNames);
    const names = shown.map(({ target }) => labelOf(labels, target));
    return [...names, ...(left > 0 ? [`${left} more`] : [])].join(", ");
  };
  return [
    ...(disabled.length > 0 ? [`Disabled by its config: ${named(disabled)}`] : []),
    ...reasonLines(reasons),
    ...(quiet.length > 0 || findings > 0
      ? [`Not listed: ${quietWords(quiet, findings)} (--verbose lists all)`]
      : reasons.length > 0
        ? ["--verbose lists all"]
        : []),
  ];
}

/** How many actions did not run, by the reason. */
function reasonLines(reasons: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const { shown, left } = limitList([...counts], mostReasons);
  const told = shown.reduce((sum, [, count]) => sum + count, 0);
  return [
    ...shown.map(
      ([reason, count]) =>
        `Not run: ${counted(count, "action")}, ${visibleText(limitText(reason, 200))}`,
    ),
    ...(left > 0
      ? [
          `Not run: ${counted(reasons.length - told, "action")} for ${counted(left, "other reason")}`,
        ]
      : []),
  ];
}

function quietWords(successful: readonly ActionResult[], findings: number): string {
  const quiet = successful.filter((each) => !needsLook(each) && !each.unchangedSince);
  const unchanged = successful.filter((each) => each.unchangedSince).length;
  const passed = quiet.filter(({ type }) => type === "assertion").length;
  const changed = quiet.filter((result) => result.type !== "assertion" && isChange(result)).length;
  const others = quiet.length - passed - changed;
  return [
    ...(findings > 0 ? [`${counted(findings, "action")} that failed or warn`] : []),
    ...(changed > 0 ? [`${counted(changed, "action")} that changed rows`] : []),
    ...(others > 0 ? [`${counted(others, "action")} that changed no rows`] : []),
    ...(passed > 0 ? [`${counted(passed, "assertion")} that passed`] : []),
    ...(unchanged > 0 ? [`${counted(unchanged, "action")} that did not change`] : []),
  ].join(", ");
}

function namedLines(
  word: string,
  actions: readonly ActionResult[],
  { labels, width }: SummaryOptions,
): string[] {
  const { shown, left } = limitList(actions, mostNames);
  const lines = shown.flatMap(({ target, fileName }) => {
    const file = ` (${visibleText(fileName)})`;
    const label = `${word}: ${labelOf(labels, target)}`;
    if (width === undefined) return [label + file];
    const room = Math.max(20, width - displayWidth(file));
    return wrapToWidth(clipToWidth(label, room) + file, width);
  });
  return [...lines, ...(left > 0 ? [`${word}: ${left} more`] : [])];
}

function runWord(status: RunStatus): string {
  return status === "timed_out" ? "timed out" : status;
}
