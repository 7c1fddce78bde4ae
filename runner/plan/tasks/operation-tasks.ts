import type { CompiledOperation } from "../../compile/compiled-graph.ts";
import type { ExecutionTask } from "../execution-graph.ts";
import { statements } from "./table-tasks.ts";

/** An operation: its statements as they are written, one task each. */
export function operationTasks(operation: CompiledOperation): ExecutionTask[] {
  return statements(operation.queries);
}
