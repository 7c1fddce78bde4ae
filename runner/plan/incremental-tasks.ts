import type { CompiledTable } from "../compile/compiled-graph.ts";
import type { WarehouseState } from "../database/warehouse-state.ts";
import { RunnerError } from "../errors.ts";
import { targetKey, targetName } from "../target.ts";
import type { ExecutionTask, PublishTask } from "./execution-graph.ts";
import type { RunConfig } from "./run-config.ts";
import { rebuildTasks, statements } from "./table-tasks.ts";

/**
 * An incremental table: built whole when it does not exist or on a full refresh (unless it is
 * protected), else new rows are merged by its unique key, or appended when it has none.
 */
export function incrementalTasks(
  table: CompiledTable,
  state: WarehouseState,
  config: RunConfig,
): ExecutionTask[] {
  refuseUnsupported(table);
  const exists = state.relations.get(targetKey(table.target))?.kind === "table";
  if (!exists || (config.fullRefresh && !table.protected)) return rebuildTasks(table, state);
  const uniqueKey = table.uniqueKey ?? [];
  const publish: PublishTask = {
    type: "publish",
    strategy: uniqueKey.length > 0 ? "merge" : "append",
    statement: withWhere(table.incrementalQuery ?? table.query ?? "", table.where),
    uniqueKey,
    onSchemaChange: table.onSchemaChange ?? "IGNORE",
  };
  return [...statements(table.incrementalPreOps), publish, ...statements(table.incrementalPostOps)];
}

// `incremental_where { … }` is deprecated in Dataform and still compiled.
function withWhere(query: string, where: string | undefined): string {
  if (where === undefined || where.trim() === "") return query;
  return `select * from (\n${query}\n) as incremental_source\nwhere ${where}`;
}

function refuseUnsupported(table: CompiledTable): void {
  if (table.incrementalStrategy !== "INSERT_OVERWRITE") return;
  throw new RunnerError(
    "UNSUPPORTED_ACTION",
    `${table.fileName}: ${targetName(table.target)} has incrementalStrategy INSERT_OVERWRITE, which this version does not run`,
    { hint: "use MERGE with a uniqueKey" },
  );
}
