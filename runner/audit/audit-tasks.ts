import type { CompiledGraph, CompiledTable } from "../compile/compiled-graph.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { RunnerError } from "../errors.ts";
import { buildExecutionGraph } from "../plan/build.ts";
import type { ExecutionAction, StatementTask } from "../plan/execution-graph.ts";
import type { Partitioning, PublishTask } from "../plan/publish-task.ts";
import type { RunConfig } from "../plan/run-config.ts";
import { type Target, targetKey } from "../target.ts";

/** One incremental table and how a full refresh would compute its rows. */
export interface AuditTask {
  target: Target;
  fileName: string;
  /** Why it is not audited, as part of a sentence; the rest is then of no use. */
  skipped?: string;
  preOperations: string[];
  query: string;
  /** How the table is partitioned; undefined when it is not. */
  partitioning?: Partitioning | undefined;
  postOperations: string[];
  /** The columns that identify a row; empty when the table declares none. */
  key: string[];
  /** Columns that differ in every build, such as the time of the run. */
  ignoredColumns: string[];
}

/**
 * Takes a compiled graph, the state of the warehouse and a selection; returns the selected
 * incremental tables in the order of the graph. Throws SELECTION_EMPTY when actions are named and
 * none of them is an incremental table.
 */
export function auditTasks(
  compiled: CompiledGraph,
  state: WarehouseState,
  selection: RunConfig,
): AuditTask[] {
  const config = { ...selection, fullRefresh: true };
  const tables = new Map((compiled.tables ?? []).map((table) => [targetKey(table.target), table]));
  const tasks = buildExecutionGraph(compiled, state, config).actions.flatMap((action) => {
    const table = tables.get(targetKey(action.target));
    return action.type === "incremental" && table ? [auditTask(action, table, state)] : [];
  });
  const isNamed = [selection.actions, selection.tags].some((names) => (names ?? []).length > 0);
  if (tasks.length === 0 && isNamed) {
    throw new RunnerError("SELECTION_EMPTY", "no selected action is an incremental table", {
      hint: "`dataform audit` compares incremental tables with a full refresh; other tables are rebuilt by every run",
    });
  }
  return tasks;
}

function auditTask(
  action: ExecutionAction,
  table: CompiledTable,
  state: WarehouseState,
): AuditTask {
  const { target, fileName, tasks } = action;
  const skipped = reasonToSkip(action, table, state);
  const at = tasks.findIndex(({ type }) => type === "publish");
  const publish = tasks[at] as PublishTask | undefined;
  return {
    target,
    fileName,
    ...(skipped !== undefined && { skipped }),
    preOperations: statementsOf(tasks.slice(0, Math.max(at, 0))),
    query: publish?.statement ?? "",
    ...(publish && "partitioning" in publish && { partitioning: publish.partitioning }),
    postOperations: statementsOf(tasks.slice(at + 1)),
    ...settingsOf(table),
  };
}

function settingsOf(table: CompiledTable): Pick<AuditTask, "key" | "ignoredColumns"> {
  const { settings, uniqueKey = [] } = table;
  return {
    key: uniqueKey.length > 0 ? uniqueKey : (settings?.primaryKey ?? []),
    ignoredColumns: [
      ...(settings?.audit?.ignoreColumns ?? []),
      ...(settings?.stamps ?? []).map(({ column }) => column),
    ],
  };
}

function statementsOf(tasks: ExecutionAction["tasks"]): string[] {
  return tasks
    .filter((task): task is StatementTask => task.type === "statement")
    .map(({ statement }) => statement);
}

function reasonToSkip(
  { disabled, jit, target }: ExecutionAction,
  table: CompiledTable,
  state: WarehouseState,
): string | undefined {
  if (disabled) return "it is disabled";
  if (jit) return "its SQL is made by JiT code during a run";
  if (table.protected) return "it is protected: a full refresh never rebuilds it";
  if (state.relations.get(targetKey(target))?.kind !== "table") return "it is not built yet";
  return undefined;
}
