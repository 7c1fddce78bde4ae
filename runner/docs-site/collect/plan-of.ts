import type { CompiledGraph } from "../../compile/compiled-graph.ts";
import { tableType } from "../../compile/compiled-graph.ts";
import type {
  WarehouseRelation,
  WarehouseState,
} from "../../database/warehouse/warehouse-state.ts";
import { buildExecutionGraph, schemasOf } from "../../plan/build.ts";
import type { ExecutionAction } from "../../plan/execution-graph.ts";
import type { PublishTask } from "../../plan/publish-task.ts";
import { targetKey } from "../../target.ts";

/** What a run does with an action whose relation is there already. */
export interface PlannedAction {
  how: string | undefined;
  rule: string | undefined;
  /** Checks that its rows have to pass before they are published. */
  gates: string[];
}

/**
 * Plans a run in a database in which every table and view of the project is there, and returns what
 * it does by `targetKey`. Empty for a project that cannot be planned.
 */
export function planOf(compiled: CompiledGraph): Map<string, PlannedAction> {
  try {
    const { actions } = buildExecutionGraph(compiled, allThere(compiled), {});
    return new Map(actions.map((action) => [targetKey(action.target), planned(action)]));
  } catch {
    // The errors of the project are shown: pages come without what only a plan can tell.
    return new Map();
  }
}

function allThere(compiled: CompiledGraph): WarehouseState {
  const relations = new Map<string, WarehouseRelation>();
  for (const table of compiled.tables ?? []) {
    const isView = tableType(table) === "view";
    const kind = isView ? (table.materialized ? "materialized view" : "view") : "table";
    relations.set(targetKey(table.target), { kind, columns: [] });
  }
  return { schemas: new Set(schemasOf(compiled)), relations };
}

function planned(action: ExecutionAction): PlannedAction {
  const publish = action.tasks.find((task): task is PublishTask => task.type === "publish");
  const assertion = action.tasks.find((task) => task.type === "assertion");
  return {
    how: publish && howOf(publish),
    rule: assertion?.type === "assertion" ? assertion.rule : undefined,
    gates: (action.gates ?? []).map(({ target }) => targetKey(target)),
  };
}

function howOf(task: PublishTask): string {
  switch (task.strategy) {
    case "view":
      return "The view gets its new definition in place; what reads it stays.";
    case "materialized":
      return "The materialized view is filled anew.";
    case "append":
      return "Every run adds the rows of the incremental query; rows that are there stay.";
    case "merge":
      return `Every run updates rows by key (${task.uniqueKey.join(", ")}) and adds new ones.`;
    case "overwrite":
      return `Every run replaces the slices that have new rows, by ${task.slice.column}.`;
    case "keyed": {
      const sources = task.follows.filter(({ isOwn }) => !isOwn).map(({ target }) => target.name);
      return `Every run computes the rows anew whose key changed in ${sources.join(", ")}.`;
    }
    case "create":
    case "replace":
      return task.replace === "swap"
        ? "Every run builds a new table that takes the place of the old one."
        : "Every run computes all rows; the table stays, and where a key tells rows apart only those that differ are changed.";
  }
}
