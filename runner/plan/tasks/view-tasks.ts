import type { CompiledTable } from "../../compile/compiled-graph.ts";
import type {
  WarehouseRelation,
  WarehouseState,
} from "../../database/warehouse/warehouse-state.ts";
import { targetKey } from "../../target.ts";
import type { ExecutionTask } from "../execution-graph.ts";
import type { MaterializedTask, PublishTask } from "../publish-task.ts";
import { dropFirst, replaceSettingOf, statements } from "./table-tasks.ts";

/**
 * A view: its definition is replaced on every run. A materialized view gets new rows instead, and is
 * made anew when its definition has changed.
 */
export function viewTasks(view: CompiledTable, state: WarehouseState): ExecutionTask[] {
  const existing = state.relations.get(targetKey(view.target));
  const rows = { type: "publish" as const, statement: view.query ?? "" };
  const publish: PublishTask = view.materialized
    ? {
        ...rows,
        strategy: "materialized",
        ...refreshOf(existing),
        ...replaceSettingOf(view),
        ...dropFirst(existing?.kind, "materialized view"),
      }
    : { ...rows, strategy: "view", ...dropFirst(existing?.kind, "view") };
  return [...statements(view.preOps), publish, ...statements(view.postOps)];
}

function refreshOf(existing: WarehouseRelation | undefined): Pick<MaterializedTask, "refresh"> {
  if (existing?.kind !== "materialized view") return {};
  return { refresh: existing.refreshesConcurrently ? "concurrent" : "plain" };
}
