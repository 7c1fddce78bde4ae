import type { CompiledTable, CompiledUnitTest } from "../compile/compiled-graph.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { RunnerError } from "../errors.ts";
import { keyed, keysInTest } from "../plan/increments/increment.ts";
import { type BuildTask, type ChangeTask, isChange } from "../plan/publish-task.ts";
import { incrementalTasks } from "../plan/tasks/incremental-tasks.ts";
import { targetKey } from "../target.ts";

/**
 * Takes a unit test of an incremental table that has rows already, and that table with the temporary
 * relation as its target; returns what a run would do to add the new rows.
 */
export function addingTask(test: CompiledUnitTest, table: CompiledTable): ChangeTask {
  const { where, ...rest } = table;
  const state: WarehouseState = {
    schemas: new Set([table.target.schema]),
    relations: new Map([[targetKey(table.target), { kind: "table", columns: [] }]]),
  };
  const tested: CompiledTable = {
    ...rest,
    ...(test.where !== undefined && { where: test.where }),
    incrementalQuery: test.query,
    incrementalPreOps: [],
    incrementalPostOps: [],
  };
  const tasks = incrementalTasks(tested, state, {});
  const task = tasks.find((each) => each.type === "publish");
  if (task && isChange(task)) return keyed(task, keysInTest(test, table));
  throw new RunnerError("INTERNAL", `${test.name}: a run does nothing with its table`);
}

/** Returns the task that fills the table before the run, partitioned as the real one is. */
export function fillingTask({ partitioning }: ChangeTask, query: string): BuildTask {
  return {
    type: "publish",
    strategy: "create",
    statement: query,
    uniqueKey: [],
    ...(partitioning && { partitioning }),
  };
}
