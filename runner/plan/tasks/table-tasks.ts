import type { CompiledTable } from "../../compile/compiled-graph.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import type { RelationKind } from "../../target.ts";
import { targetKey, targetName } from "../../target.ts";
import type { ExecutionTask } from "../execution-graph.ts";
import type { BuildTask } from "../publish-task.ts";
import { partitioningOf } from "./partitioning.ts";

/** A table: every run replaces all of its rows. */
export function tableTasks(table: CompiledTable, state: WarehouseState): ExecutionTask[] {
  return rebuildTasks(table, state);
}

/** Pre-operations, the table built anew from `query`, post-operations; `later` is what later runs do. */
export function rebuildTasks(
  table: CompiledTable,
  state: WarehouseState,
  later: Pick<BuildTask, "slice" | "laterStrategy"> = {},
): ExecutionTask[] {
  const existing = state.relations.get(targetKey(table.target))?.kind;
  const publish: BuildTask = {
    type: "publish",
    strategy: existing === "table" ? "replace" : "create",
    statement: table.query ?? "",
    ...dropFirst(existing, "table"),
    uniqueKey: table.uniqueKey ?? [],
    ...replaceSettingOf(table),
    ...partitioningOfTable(table),
    ...later,
  };
  return [...statements(table.preOps), publish, ...statements(table.postOps)];
}

/** The `partitioning` of a publish task, when the table's settings have one. */
export function partitioningOfTable(table: CompiledTable): Pick<BuildTask, "partitioning"> {
  const partitioning = partitioningOf(
    table.settings ?? {},
    `${table.fileName}: ${targetName(table.target)}`,
  );
  return partitioning ? { partitioning } : {};
}

/** How an existing relation gets its rows; by rule unless the settings say otherwise. */
export function replaceSettingOf(table: CompiledTable): Pick<BuildTask, "replace"> {
  const replace = table.settings?.replace ?? "auto";
  return replace === "auto" ? {} : { replace };
}

/** Statements sent as they are; blank ones, which `when()` leaves behind, are left out. */
export function statements(queries: readonly string[] | undefined): ExecutionTask[] {
  return (queries ?? [])
    .filter((statement) => statement.trim() !== "")
    .map((statement) => ({ type: "statement", statement }));
}

/** The kind of relation that must be dropped before one of the wanted kind can be made. */
export function dropFirst(
  existing: RelationKind | undefined,
  wanted: RelationKind,
): { dropFirst?: RelationKind } {
  return existing === undefined || existing === wanted ? {} : { dropFirst: existing };
}
