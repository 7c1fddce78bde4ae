import { describeDistribution } from "../../plan/distribution/distribution.ts";
import type { ExecutionAction, ExecutionGraph, ExecutionTask } from "../../plan/execution-graph.ts";
import {
  type BuildTask,
  type ChangeTask,
  isChange,
  type MaterializedTask,
  type Partitioning,
  type PublishTask,
} from "../../plan/publish-task.ts";
import { targetName } from "../../target.ts";
import { displayWidth, expandTabs, padToWidth, visibleText } from "../../text/terminal-text.ts";
import { labelOf, labelsOf } from "../action-labels.ts";
import { gateLines } from "../console/gate-lines.ts";
import { counted } from "../limit-text.ts";
import { declaredLines } from "./declared-lines.ts";

const widestName = 60;

/**
 * Takes an execution graph and returns it as text for a dry run: what each action would do, in
 * order, with its SQL. Ends with a line break.
 */
export function formatPlan(graph: ExecutionGraph): string {
  const digits = String(graph.actions.length).length;
  const labels = labelsOf(graph);
  const names = graph.actions.map(({ target }) => labelOf(labels, target));
  const nameWidth = Math.min(widestName, Math.max(0, ...names.map(displayWidth)));
  const lines = [
    `${counted(graph.actions.length, "action")} would run.`,
    ...(graph.schemas.length === 0 ? [] : [`schemas to create: ${listed(graph.schemas)}`]),
    ...graph.actions.flatMap((action, index) => [
      "",
      `${String(index + 1).padStart(digits)}. ${headOf(action, names[index] ?? "", nameWidth)}`,
      ...bodyOf(action).map((line) => `${" ".repeat(digits + 2)}${line}`.trimEnd()),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function headOf(action: ExecutionAction, name: string, nameWidth: number): string {
  const type = action.type.padEnd("incremental".length);
  return `${type}  ${padToWidth(name, nameWidth)}  ${visibleText(action.fileName)}`;
}

function bodyOf(action: ExecutionAction): string[] {
  const after = listed(action.dependencyTargets.map(targetName));
  return [
    ...(action.tags.length === 0 ? [] : [`tags: ${listed(action.tags)}`]),
    ...(after === "" ? [] : [`after: ${after}`]),
    ...gateLines(action),
    ...(action.withoutTransaction
      ? ["without a transaction: each statement for itself, never tried again"]
      : []),
    ...(action.jit ? ["JiT: its SQL is made by code during the run"] : []),
    ...(action.disabled || (action.tasks.length === 0 && !action.jit)
      ? ["disabled: nothing is done"]
      : []),
    ...(action.disabled ? [] : action.tasks.flatMap(taskLines)),
    ...(action.distribution ? [describeDistribution(action.distribution)] : []),
    ...(action.disabled || !action.postgres ? [] : declaredLines(action.postgres)),
  ];
}

function taskLines(task: ExecutionTask): string[] {
  return [...taskHead(task), ...sqlLines(task.statement)];
}

function taskHead(task: ExecutionTask): string[] {
  switch (task.type) {
    case "statement":
      return ["statement:"];
    case "assertion":
      return [
        ...dropLine(task.dropFirst),
        `assertion: ${listed([task.rule])}${task.checks ? ` on ${listed([targetName(task.checks)])}` : ""}`,
      ];
    case "publish":
      return [...dropLine("dropFirst" in task ? task.dropFirst : undefined), publishLine(task)];
  }
}

function dropLine(kind: string | undefined): string[] {
  return kind === undefined ? [] : [`drops first: the ${kind} of that name`];
}

function publishLine(task: PublishTask): string {
  const head = `publish: ${strategyWords(task.strategy)}`;
  if (task.strategy === "view") return head;
  if (task.strategy === "materialized") return head + refreshWords(task);
  const key = task.uniqueKey.length === 0 ? "" : ` by key (${listed(task.uniqueKey)})`;
  const columns = isChange(task) ? `, on schema change: ${task.onSchemaChange.toLowerCase()}` : "";
  return `${head}${key}${rowWords(task)}${columns}`;
}

function rowWords(task: BuildTask | ChangeTask): string {
  const { partitioning } = task;
  const slice = "slice" in task ? task.slice : undefined;
  const existingRows = "existingRows" in task ? task.existingRows : undefined;
  return [
    ...(slice ? [` by ${listed([slice.expression])}`] : []),
    ...(existingRows ? [`, only rows with ${listed(existingRows)}`] : []),
    ...(partitioning ? [`, partitioned by ${listed([describePartitioning(partitioning)])}`] : []),
  ].join("");
}

function refreshWords({ refresh, replace }: MaterializedTask): string {
  if (refresh === undefined) return ", first build";
  if (replace === "swap") return ", swapped for a new one";
  if (refresh === "concurrent") return ", refreshed while readers go on";
  return replace === "inPlace"
    ? ", refreshed while readers wait (no unique index on columns, or no rows yet)"
    : ", swapped for a new one or, where that cannot be, refreshed while readers wait (no unique index on columns, or no rows yet)";
}

function describePartitioning({ key, by, retention }: Partitioning): string {
  if (by === "list") return `values of ${key}`;
  if ("hash" in by) return `${by.hash} hashes of ${key}`;
  const kept = retention === undefined ? "" : `, kept for ${retention}`;
  return `ranges of ${key}, each ${typeof by.range === "number" ? by.range : `one ${by.range}`}${kept}`;
}

function strategyWords(strategy: PublishTask["strategy"]): string {
  switch (strategy) {
    case "create":
      return "create, first build";
    case "replace":
      return "replace, all rows new";
    case "append":
      return "append, rows added";
    case "merge":
      return "merge, rows updated or added";
    case "keyed":
      return "keyed, rows of changed keys replaced where they differ";
    case "view":
      return "view, definition replaced";
    case "overwrite":
      return "overwrite, slices with new rows replaced";
    case "materialized":
      return "materialized view";
  }
}

/** Indented, without blank lines around it, and complete: exactly the SQL that would be sent. */
function sqlLines(statement: string): string[] {
  const lines = visibleText(statement).split("\n").map(expandTabs);
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return first < 0 ? [] : lines.slice(first, last + 1).map((line) => `    ${line}`);
}

function listed(names: readonly string[]): string {
  return names.map((name) => visibleText(name).replace(/\s+/g, " ")).join(", ");
}
