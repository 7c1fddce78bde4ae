import type { AssertionRule, ExecutionAction, GateTask } from "../../plan/execution-graph.ts";
import { isStrict } from "../../plan/gates/gates.ts";
import { targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { counted } from "../limit-text.ts";

/**
 * Takes an action and returns the lines of a plan about its gates: the assertions that must pass
 * before it publishes, those that it waits for, and, for an assertion, how many failing rows it
 * allows.
 */
export function gateLines({ gates, heldBackBy, rejected, tasks }: ExecutionAction): string[] {
  const limits = tasks.flatMap((task) => (task.type === "assertion" ? (task.limits ?? []) : []));
  return [
    ...(heldBackBy
      ? [`held back by: ${listed(heldBackBy.map(targetName))}, which checks its input`]
      : []),
    ...(gates ?? []).filter(({ task }) => isStrict(task)).map(gateLine),
    ...(rejected ? [`then drops the rejected rows in ${listed([targetName(rejected)])}`] : []),
    ...limits.flatMap(limitLine),
  ];
}

function gateLine({ task }: GateTask): string {
  const scope = task.newRows ? " (of what a run adds)" : "";
  return `publishes only when it passes: ${listed([task.rule])}${scope}`;
}

function limitLine({ severity, failAbove, conditions }: AssertionRule): string[] {
  if (severity === "error" && !failAbove && !conditions) return [];
  const { rows, percent } = failAbove ?? {};
  const most = [
    ...(rows === undefined ? [] : [counted(rows, "row")]),
    ...(percent === undefined ? [] : [`${percent} % of the rows`]),
  ].join(" or ");
  const verb = severity === "warn" ? "warns" : "fails";
  const what = conditions ? `${listed(conditions)}: ` : "";
  return [`${what}${verb} above ${most || "0 rows"}`];
}

function listed(names: readonly string[]): string {
  return names.map((name) => visibleText(name).replace(/\s+/g, " ")).join(", ");
}
