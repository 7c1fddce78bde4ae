import type { CompiledTable } from "../../compile/compiled-graph.ts";
import type {
  WarehouseRelation,
  WarehouseState,
} from "../../database/warehouse/warehouse-state.ts";
import { targetKey } from "../../target.ts";
import type { ExecutionTask, PublishTask } from "../execution-graph.ts";
import { dropFirst, replaceSettingOf, statements } from "./table-tasks.ts";

/**
 * A view: its definition is replaced on every run. A materialized view gets new rows instead, and is
 * made anew when its definition has changed.
 */
export function viewTasks(view: CompiledTable, state: WarehouseState): ExecutionTask[] {
  const existing = state.relations.get(targetKey(view.target));
  const publish: PublishTask = {
    type: "publish",
    ...(view.materialized
      ? { strategy: "materialized", ...refreshOf(existing), ...replaceSettingOf(view) }
      : { strategy: "view" }),
    statement: view.query ?? "",
    ...dropFirst(existing?.kind, view.materialized ? "materialized view" : "view"),
    uniqueKey: [],
    onSchemaChange: "IGNORE",
  };
  return [...statements(view.preOps), publish, ...statements(view.postOps)];
}

function refreshOf(existing: WarehouseRelation | undefined): Pick<PublishTask, "refresh"> {
  if (existing?.kind !== "materialized view") return {};
  return { refresh: existing.refreshesConcurrently ? "concurrent" : "plain" };
}
