import type { CompiledTable } from "../../compile/compiled-graph.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { RunnerError } from "../../errors.ts";
import { bareQuery } from "../../sql/bare-query.ts";
import { targetKey, targetName } from "../../target.ts";
import type { ExecutionTask } from "../execution-graph.ts";
import type { AppendTask, ChangeTask, MergeTask, OverwriteTask, Slice } from "../publish-task.ts";
import type { RunConfig } from "../run-config.ts";
import { sliceOf } from "./slice.ts";
import { partitioningOfTable, rebuildTasks, statements } from "./table-tasks.ts";

/**
 * An incremental table: built whole when it does not exist, when it is unlogged and a crash of the server
 * may have emptied it, or on a full refresh (unless it is protected), else the slices of the new rows are overwritten (INSERT_OVERWRITE), or new rows are
 * merged by its unique key, or appended when it has none.
 */
export function incrementalTasks(
  table: CompiledTable,
  state: WarehouseState,
  config: RunConfig,
): ExecutionTask[] {
  const how = strategyOf(table);
  const relation = state.relations.get(targetKey(table.target));
  const hasRows = relation?.kind === "table" && !relation.isEmptied;
  if (!hasRows || (config.fullRefresh && !table.protected)) {
    const slice = how.strategy === "overwrite" ? { slice: how.slice } : {};
    return rebuildTasks(table, state, { laterStrategy: how.strategy, ...slice });
  }
  const publish: ChangeTask = {
    type: "publish",
    statement: withWhere(table.incrementalQuery ?? table.query ?? "", table.where),
    onSchemaChange: table.onSchemaChange ?? "IGNORE",
    ...partitioningOfTable(table),
    ...how,
  };
  return [...statements(table.incrementalPreOps), publish, ...statements(table.incrementalPostOps)];
}

type Strategy =
  | Pick<AppendTask, "strategy" | "uniqueKey">
  | Pick<MergeTask, "strategy" | "uniqueKey" | "existingRows">
  | Pick<OverwriteTask, "strategy" | "uniqueKey" | "slice" | "existingRows">;

function strategyOf(table: CompiledTable): Strategy {
  const { updatePartitionFilter, incrementalPredicates } = table.bigquery ?? {};
  const conditions = [updatePartitionFilter ?? "", ...(incrementalPredicates ?? [])].filter(
    (condition) => condition.trim() !== "",
  );
  const existingRows = conditions.length > 0 ? { existingRows: conditions } : {};
  const uniqueKey = table.uniqueKey ?? [];
  switch (table.incrementalStrategy) {
    case "INSERT_OVERWRITE":
      return { strategy: "overwrite", uniqueKey: [], slice: sliceOfTable(table), ...existingRows };
    case undefined:
    case "INCREMENTAL_STRATEGY_UNSPECIFIED":
    case "MERGE":
      return uniqueKey.length > 0
        ? { strategy: "merge", uniqueKey, ...existingRows }
        : { strategy: "append", uniqueKey };
    default:
      throw refusal(table, `has the unknown incrementalStrategy ${table.incrementalStrategy}`);
  }
}

function sliceOfTable(table: CompiledTable): Slice {
  const partitionBy = table.bigquery?.partitionBy;
  if (partitionBy) return sliceOf(partitionBy, whereIs(table));
  throw refusal(table, "has incrementalStrategy INSERT_OVERWRITE and no partitionBy");
}

function refusal(table: CompiledTable, what: string): RunnerError {
  return new RunnerError("UNSUPPORTED_ACTION", `${whereIs(table)} ${what}`, {
    hint: "use MERGE with a uniqueKey, or INSERT_OVERWRITE with partitionBy",
  });
}

function whereIs({ fileName, target }: CompiledTable): string {
  return `${fileName}: ${targetName(target)}`;
}

// `incremental_where { … }` is deprecated in Dataform and still compiled.
function withWhere(query: string, where: string | undefined): string {
  if (where === undefined || where.trim() === "") return query;
  return `select * from (\n${bareQuery(query)}\n) as incremental_source\nwhere ${where}`;
}
