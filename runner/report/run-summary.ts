import type { ActionResult, ActionStatus, RunResult, RunStatus } from "../execute/run-result.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { targetName } from "../target.ts";
import { clipToWidth, visibleText } from "../terminal-text.ts";
import { collectAssertions, isWarning, secondsOf } from "./assertion-report.ts";
import type { Colors } from "./colors.ts";
import { counted, limitList } from "./limit-text.ts";

const statuses: ActionStatus[] = ["successful", "failed", "skipped", "disabled", "cancelled"];
const mostNames = 20;

/** Takes a run result and returns its last lines: status, counts, wall time, assertions, failures. */
export function summaryLines(
  result: RunResult,
  options: { graph: ExecutionGraph | undefined; colors: Colors; width: number },
): string[] {
  const { colors, width } = options;
  const paint = result.status === "successful" ? colors.green : colors.red;
  const failed = result.actions.filter(({ status }) => status === "failed");
  const { shown, left } = limitList(failed, mostNames);
  return [
    "",
    `${colors.bold(paint(runHeadline(result)))} in ${secondsOf(result).toFixed(2)} s`,
    ...assertionLine(result, options.graph),
    ...warningLines(result, colors, width),
    ...shown.map((action) => colors.red(clipToWidth(`Failed: ${nameWithFile(action)}`, width))),
    ...(left > 0 ? [colors.red(`Failed: ${left} more`)] : []),
  ];
}

/** Takes a run result and returns `Run failed: 12 actions, 9 successful, 1 failed, 2 skipped`. */
export function runHeadline(result: RunResult): string {
  const total = counted(result.actions.length, "action");
  return [`Run ${runWord(result.status)}: ${total}`, ...statusCounts(result.actions)].join(", ");
}

/** Takes action results and returns `9 successful`, `1 failed`, …, without zeros. */
function statusCounts(actions: readonly { status: ActionStatus; reused?: true }[]): string[] {
  return statuses.flatMap((status) => {
    const these = actions.filter((action) => action.status === status);
    const reused = these.filter((action) => action.reused).length;
    const count = these.length;
    return count === 0 ? [] : [`${count} ${status}${reused > 0 ? ` (${reused} reused)` : ""}`];
  });
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

function warningLines(result: RunResult, colors: Colors, width: number): string[] {
  const { shown, left } = limitList(result.actions.filter(isWarning), mostNames);
  const lines = shown.map((action) => clipToWidth(`Warning: ${nameWithFile(action)}`, width));
  return [...lines, ...(left > 0 ? [`Warning: ${left} more`] : [])].map(colors.yellow);
}

function runWord(status: RunStatus): string {
  return status === "timed_out" ? "timed out" : status;
}

function nameWithFile({ target, fileName }: ActionResult): string {
  return visibleText(`${targetName(target)} (${fileName})`);
}
