import type { CompiledTable } from "../compile/compiled-graph.ts";
import type { WarehouseState } from "../database/warehouse-state.ts";
import { RunnerError } from "../errors.ts";
import { targetKey, targetName } from "../target.ts";
import type { ExecutionTask, PublishTask } from "./execution-graph.ts";
import { dropFirst, statements } from "./table-tasks.ts";

/** A view: its definition is replaced on every run. */
export function viewTasks(view: CompiledTable, state: WarehouseState): ExecutionTask[] {
  if (view.materialized) {
    throw new RunnerError(
      "UNSUPPORTED_ACTION",
      `${view.fileName}: ${targetName(view.target)} is a materialized view, which this version does not run`,
      { hint: 'use type: "table", or remove materialized: true' },
    );
  }
  const publish: PublishTask = {
    type: "publish",
    strategy: "view",
    statement: view.query ?? "",
    ...dropFirst(state.relations.get(targetKey(view.target))?.kind, "view"),
    uniqueKey: [],
    onSchemaChange: "IGNORE",
  };
  return [...statements(view.preOps), publish, ...statements(view.postOps)];
}
