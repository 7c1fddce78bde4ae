import pc from "picocolors";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import { targetKey } from "../target.ts";
import { clipToWidth, displayWidth, padToWidth, visibleText } from "../terminal-text.ts";
import type {
  ActionFinding,
  ColumnChange,
  PlanEffect,
  PlanFindings,
} from "../validate/findings.ts";
import { labelsOf } from "./action-lines.ts";
import type { Colors } from "./colors.ts";
import { type FormatErrorOptions, formatError } from "./format-error.ts";
import { gateLines } from "./gate-lines.ts";
import { counted } from "./limit-text.ts";
import { withoutWorkflowCommands } from "./workflow-commands.ts";

/** How findings are laid out. */
export interface FindingOptions extends FormatErrorOptions {
  color?: boolean;
}

const words: Record<PlanEffect, string> = {
  create: "create",
  rebuild: "rebuild",
  replaceRows: "replace rows",
  replaceView: "replace view",
  append: "add rows",
  merge: "merge rows",
  overwrite: "overwrite",
  refresh: "refresh",
  run: "run",
  check: "check",
  nothing: "disabled",
};

/**
 * Takes an execution graph and what validating it found; returns text for people: a line per action,
 * the changes of its columns, what PostgreSQL refuses with its place in the file, and a summary.
 */
export function formatFindings(
  graph: ExecutionGraph,
  findings: PlanFindings,
  options: FindingOptions = {},
): string {
  const colors = pc.createColors(options.color ?? false);
  const labels = labelsOf(graph);
  const nameWidth = Math.min(60, Math.max(0, ...[...labels.values()].map(displayWidth)));
  const body = graph.actions.flatMap((action, index) => {
    const finding = findings.actions[index];
    if (!finding) return [];
    const details = detailsOf(action, finding, findings.validated, colors, options);
    const label = labels.get(targetKey(action.target)) ?? "";
    const name = padToWidth(clipToWidth(label, 60), nameWidth);
    return [headOf(action, finding, name, colors), ...details.map((line) => `      ${line}`)];
  });
  const lines = [
    ...(graph.schemas.length > 0
      ? [`schemas to create: ${graph.schemas.map(oneLine).join(", ")}`, ""]
      : []),
    ...body,
    "",
    ...(findings.notice ? [colors.yellow(findings.notice)] : []),
    summaryOf(findings),
  ];
  return withoutWorkflowCommands(lines.map((line) => `${line.trimEnd()}\n`).join(""));
}

/** Takes findings and returns `2 to create, 3 to replace, 1 column added`. */
export function summaryOf({ actions, validated }: PlanFindings): string {
  const changes = actions.flatMap(({ columnChanges }) => columnChanges);
  const count = (...effects: PlanEffect[]) =>
    actions.filter(({ effect, status }) => effects.includes(effect) && status !== "failed").length;
  const columns = (kind: ColumnChange["change"]) =>
    changes.filter(({ change }) => change === kind).length;
  const status = (wanted: ActionFinding["status"]) =>
    actions.filter((finding) => finding.status === wanted).length;
  const parts: [number, string][] = [
    [count("create"), "to create"],
    [count("rebuild"), "to rebuild"],
    [count("replaceRows", "replaceView"), "to replace"],
    [count("append", "merge", "overwrite", "refresh"), "to update"],
    [count("run"), "to run"],
    [count("check"), "to check"],
    ...(["added", "removed", "retyped"] as const).map((kind): [number, string] => [
      columns(kind),
      `${columns(kind) === 1 ? "column" : "columns"} ${kind}`,
    ]),
    [status("failed"), "failed"],
    [validated ? status("notChecked") : 0, "not checked"],
  ];
  const said = parts.filter(([number]) => number > 0).map(([number, text]) => `${number} ${text}`);
  return said.length > 0 ? said.join(", ") : "nothing to do";
}

function headOf(
  action: ExecutionAction,
  finding: ActionFinding,
  name: string,
  colors: Colors,
): string {
  const effect = finding.status === "failed" ? "FAILED" : words[finding.effect];
  const columns = [
    paintOf(finding, colors)(effect.padEnd("replace view".length)),
    action.type.padEnd("incremental".length),
    name,
    colors.dim(visibleText(action.fileName)),
  ];
  return columns.join("  ");
}

function paintOf({ status, effect }: ActionFinding, colors: Colors): (text: string) => string {
  if (status === "failed") return colors.red;
  if (effect === "create") return colors.green;
  return effect === "rebuild" ? colors.yellow : (text) => text;
}

function detailsOf(
  action: ExecutionAction,
  finding: ActionFinding,
  isValidated: boolean,
  colors: Colors,
  options: FormatErrorOptions,
): string[] {
  const { dropsFirst, status, reason, error, uncheckedStatements, columnChanges } = finding;
  const left = uncheckedStatements.map((each) => each.reason);
  return [
    ...(dropsFirst ? [`drops the ${dropsFirst} of that name first`] : []),
    ...columnChanges.map((change) => columnLine(change, colors)),
    ...(finding.replacement ? [colors.dim(oneLine(`rows: ${finding.replacement}`))] : []),
    ...(finding.notes ?? []).map(visibleText),
    ...gateLines(action),
    ...(isValidated && status === "notChecked"
      ? [colors.yellow(`not checked: ${oneLine(reason)}`)]
      : []),
    ...[...new Set(left)].map((text) =>
      colors.dim(`${counted(countOf(left, text), "statement")}: ${oneLine(text)}`),
    ),
    ...(error ? formatError(error, action, options) : []),
  ];
}

function columnLine(change: ColumnChange, colors: Colors): string {
  const name = oneLine(change.name);
  switch (change.change) {
    case "added":
      return colors.green(`+ ${name} ${oneLine(change.type)}`);
    case "removed":
      return colors.red(`- ${name} ${oneLine(change.type)}`);
    case "retyped":
      return colors.yellow(`~ ${name} ${oneLine(change.from)} -> ${oneLine(change.to)}`);
  }
}

function countOf(texts: readonly string[], wanted: string): number {
  return texts.filter((text) => text === wanted).length;
}

function oneLine(text = ""): string {
  return visibleText(text).replace(/\s+/g, " ");
}
