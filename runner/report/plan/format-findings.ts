import pc from "picocolors";
import type { ExecutionAction, ExecutionGraph } from "../../plan/execution-graph.ts";
import type {
  ActionFinding,
  ColumnChange,
  PlanEffect,
  PlanFindings,
} from "../../results/plan-findings.ts";
import { clipToWidth, displayWidth, padToWidth, visibleText } from "../../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { labelOf, labelsOf } from "../action-labels.ts";
import { fitted } from "../console/action-lines.ts";
import type { Colors } from "../console/colors.ts";
import { type FormatErrorOptions, formatError } from "../console/format-error.ts";
import { gateLines } from "../console/gate-lines.ts";
import { counted } from "../limit-text.ts";

/** How findings are laid out. */
export interface FindingOptions extends FormatErrorOptions {
  color?: boolean;
  /** Also what a run would leave as it is. */
  verbose?: boolean | undefined;
}

const words: Record<PlanEffect, string> = {
  create: "create",
  rebuild: "rebuild",
  replaceRows: "replace rows",
  replaceView: "replace view",
  append: "add rows",
  merge: "merge rows",
  overwrite: "overwrite",
  keyed: "update keys",
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
  const { verbose = false, maxWidth: width } = options;
  const told = graph.actions.flatMap((action, index) => {
    const finding = findings.actions[index];
    return finding && (verbose || !isLeft(finding)) ? [{ action, finding }] : [];
  });
  const isNothing = told.length === 0 && graph.schemas.length === 0 && !findings.notice;
  if (isNothing && graph.actions.length > 0) return nothingToDo(graph);
  const labels = labelsOf(graph);
  const nameWidth = Math.max(
    0,
    ...told.map(({ action }) => displayWidth(labelOf(labels, action.target))),
  );
  const indented = { ...options, ...(width !== undefined && { maxWidth: width - indent.length }) };
  const body = told.flatMap(({ action, finding }) => {
    const details = detailsOf(action, finding, findings.validated, colors, indented);
    const label = labelOf(labels, action.target);
    const head = headOf(action, finding, { label, nameWidth, width, colors });
    return [head, ...details.map((line) => `${indent}${line}`)];
  });
  const lines = [
    ...(graph.schemas.length > 0
      ? [`schemas to create: ${graph.schemas.map(oneLine).join(", ")}`, ""]
      : []),
    ...body,
    "",
    ...(findings.notice ? [colors.yellow(findings.notice)] : []),
    `${summaryOf(findings)}${graph.actions.length > told.length ? " (--verbose shows all)" : ""}`,
  ].flatMap((line) => fitted(line.trimEnd(), { width }));
  return withoutWorkflowCommands(lines.map((line) => `${line}\n`).join(""));
}

const indent = "      ";
const usualWidth = 80;
function nothingToDo({ actions }: ExecutionGraph): string {
  const isProved = actions.some(({ change }) => change);
  const what = isProved ? "nothing" : "no definition";
  return `nothing to do: ${what} changed since the last run (--verbose shows all)\n`;
}

/** Whether a run would leave an action's relation as it is, but for new rows. */
function isLeft({ unchanged, effect, status }: ActionFinding): boolean {
  return status !== "failed" && (unchanged === true || effect === "nothing");
}

/** Takes findings and returns `2 to create, 3 to replace, 1 column added`. */
export function summaryOf({ actions: all, validated }: PlanFindings): string {
  const actions = all.filter((finding) => !isLeft(finding));
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
    [count("append", "merge", "overwrite", "keyed", "refresh"), "to update"],
    [count("run"), "to run"],
    [count("check"), "to check"],
    ...(["added", "removed", "retyped"] as const).map((kind): [number, string] => [
      columns(kind),
      `${columns(kind) === 1 ? "column" : "columns"} ${kind}`,
    ]),
    [status("failed"), "failed"],
    [validated ? status("notChecked") : 0, "not checked"],
    [all.filter(({ unchanged }) => unchanged).length, "unchanged"],
  ];
  const said = parts.filter(([number]) => number > 0).map(([number, text]) => `${number} ${text}`);
  return said.length > 0 ? said.join(", ") : "nothing to do";
}

interface HeadLayout {
  label: string;
  nameWidth: number;
  width: number | undefined;
  colors: Colors;
}

/** The line shows the file when there is room for it. */
function headOf(
  action: ExecutionAction,
  finding: ActionFinding,
  { label, nameWidth, width, colors }: HeadLayout,
): string {
  const effect = (finding.status === "failed" ? "FAILED" : words[finding.effect]).padEnd(
    "replace view".length,
  );
  const type = action.type.padEnd("incremental".length);
  const lineWidth = width ?? usualWidth;
  const room = lineWidth - effect.length - type.length - 4;
  const file = visibleText(action.fileName);
  const hasFile = Math.min(room, nameWidth) + 2 + displayWidth(file) <= room;
  const name = width === undefined ? label : clipToWidth(label, room);
  const padded = hasFile ? padToWidth(name, Math.min(room, nameWidth)) : name;
  const columns = [paintOf(finding, colors)(effect), type, padded];
  return [...columns, ...(hasFile ? [colors.dim(file)] : [])].join("  ");
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
  options: FindingOptions,
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
