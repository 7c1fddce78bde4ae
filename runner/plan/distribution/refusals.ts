import { actionsOf, type CompiledGraph, type CompiledTable } from "../../compile/compiled-graph.ts";
import {
  noPostgresSettings,
  type PostgresSettings,
} from "../../compile/settings/postgres-settings.ts";
import type { Citus } from "../../database/warehouse/citus.ts";
import { RunnerError } from "../../errors.ts";
import { targetKey, targetName } from "../../target.ts";
import type { ExecutionAction } from "../execution-graph.ts";
import { isChange } from "../publish-task.ts";
import { type Distribution, describeDistribution } from "./distribution.ts";
import { keyRefusals, type Refusal } from "./key-refusals.ts";
import { distributionsIn } from "./with-distribution.ts";

/**
 * Throws UNSUPPORTED_ACTION for the actions that ask for what Citus cannot do: all of it at once, each
 * with its file, its setting and the next step. Nothing is refused without Citus.
 */
export function refuseOnCitus(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
  citus: Citus | undefined,
): void {
  if (!citus) return;
  const running = actions.filter(({ disabled }) => !disabled);
  const spread = distributionsIn(compiled, citus);
  const entries = new Map(
    actionsOf(compiled).map((entry) => [targetKey(entry.action.target), entry]),
  );
  const found = running.flatMap((action) => {
    const compiledAction = entries.get(targetKey(action.target))?.action;
    const settings = (compiledAction as CompiledTable | undefined)?.settings ?? noPostgresSettings;
    const keys = keyRefusals(action, settings, { compiled, spread });
    const all = action.distribution
      ? [...tableRefusals(action, action.distribution, settings, compiledAction), ...keys]
      : keys;
    return [...all, ...followRefusals(action)].map(({ what, hint }) => ({
      line: `${action.fileName}: ${targetName(action.target)} ${what}`,
      hint,
    }));
  });
  if (running.some(({ distribution }) => distribution) && citus.problems.length > 0) {
    const hint = "bring all nodes to one version and make them reachable, then run again";
    found.push(...citus.problems.map((line) => ({ line: `Citus: ${line}`, hint })));
  }
  if (found.length === 0) return;
  throw new RunnerError("UNSUPPORTED_ACTION", found.map(({ line }) => line).join("\n"), {
    hint: [...new Set(found.map(({ hint }) => hint))].join("\n"),
  });
}

function tableRefusals(
  action: ExecutionAction,
  distribution: Distribution,
  settings: PostgresSettings,
  compiled: unknown,
): Refusal[] {
  const { uniqueKey = [] } = (compiled ?? {}) as Partial<CompiledTable>;
  const { column } = distribution;
  return [
    ...(column === undefined
      ? referenceRefusals(action, settings)
      : columnRefusals(column, settings, uniqueKey)),
    ...unsupportedSettings(settings),
    ...predicateRefusals(action),
    ...changeRefusals(action, distribution, compiled),
  ];
}

function columnRefusals(
  column: string,
  { primaryKey, indexes }: PostgresSettings,
  uniqueKey: readonly string[],
): Refusal[] {
  const keys: [string, readonly string[]][] = [
    ["postgres.primaryKey", primaryKey],
    ["uniqueKey", uniqueKey],
    ...indexes
      .filter(({ unique }) => unique)
      .map(({ columns, name }): [string, string[]] => [
        `the unique index ${name ?? ""} in postgres.indexes`.replace("  ", " "),
        columns.map(bare),
      ]),
  ];
  return keys
    .filter(([, columns]) => columns.length > 0 && !columns.includes(column))
    .map(([setting, columns]) => ({
      what: `has ${setting} (${columns.join(", ")}), which lacks "${column}", the column of postgres.distributedBy`,
      hint: `Citus keeps a key unique only among the rows of one "${column}": add "${column}" to the key, or distribute by one of its columns`,
    }));
}

function bare(entry: string): string {
  const name = entry.trim().replace(/\s+(asc|desc|nulls\s+(first|last)|\w+_ops)\b.*$/i, "");
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

function referenceRefusals({ tasks }: ExecutionAction, settings: PostgresSettings): Refusal[] {
  const strategy = tasks.flatMap((task) =>
    task.type !== "publish"
      ? []
      : isChange(task)
        ? task.strategy
        : ("laterStrategy" in task && task.laterStrategy) || [],
  )[0];
  return [
    ...(strategy === "merge" || strategy === "keyed"
      ? [
          {
            what: `has postgres.reference, and rows are merged into it by ${strategy === "merge" ? "uniqueKey" : "postgres.follows"}: a reference table cannot be the target of a merge`,
            hint: 'make it type: "table", or distribute it by a column of its key (postgres.distributedBy)',
          },
        ]
      : []),
    ...(settings.partitionBy === undefined
      ? []
      : [
          {
            what: "has postgres.reference and postgres.partitionBy: a reference table cannot be partitioned",
            hint: "leave postgres.partitionBy away, or distribute the table by a column (postgres.distributedBy)",
          },
        ]),
  ];
}

function unsupportedSettings({ statistics, tablespace }: PostgresSettings): Refusal[] {
  const found = [
    ...(statistics.length > 0 ? ["postgres.statistics"] : []),
    ...(tablespace === undefined ? [] : ["postgres.tablespace"]),
  ];
  return found.map((setting) => ({
    what: `has ${setting}, which Citus does not set on the nodes`,
    hint: `leave ${setting} away; on the nodes themselves, default_statistics_target and default_tablespace can be set`,
  }));
}

const changing =
  /\b(now|current_date|current_time|current_timestamp|localtime|localtimestamp|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|nextval|currval|gen_random_uuid|pg_current_xact_id|txid_current|current_user|session_user|age)\b/i;

function predicateRefusals({ tasks }: ExecutionAction): Refusal[] {
  const conditions = tasks.flatMap((task) =>
    task.type === "publish" && isChange(task) ? (task.existingRows ?? []) : [],
  );
  return conditions
    .filter((condition) => changing.test(condition))
    .map((condition) => ({
      what: `has the incrementalPredicate (or updatePartitionFilter) ${condition.trim()}, whose value changes with time or session`,
      hint: "Citus takes only conditions on columns and constants in a merge: let the project write the value, for example from a variable or by JavaScript",
    }));
}

function changeRefusals(
  { tasks, type }: ExecutionAction,
  distribution: Distribution,
  compiled: unknown,
): Refusal[] {
  const { current } = distribution;
  if (!current || current.isSame) return [];
  const isKept =
    type === "operation"
      ? current.words !== "local"
      : tasks.some((task) => task.type === "publish" && isChange(task));
  if (!isKept) return [];
  const what = `is ${current.words} in the database and ${describeDistribution(distribution)} by its settings`;
  const isProtected = (compiled as CompiledTable | undefined)?.protected ?? false;
  if (type === "operation" || isProtected) {
    const hint =
      "change it by hand, with create_distributed_table, alter_distributed_table or undistribute_table, or leave its settings as the table is";
    return [{ what, hint }];
  }
  return [{ what, hint: "run it once with --full-refresh: its rows are then distributed anew" }];
}

function followRefusals({ increment }: ExecutionAction): Refusal[] {
  const found = (increment?.follows ?? []).filter(({ appendOnly, spread }) => appendOnly && spread);
  return found.map(({ target, appendOnly }) => ({
    what: `has postgres.follows with appendOnly: "${appendOnly?.column}" of ${targetName(target)}, which is distributed: each node counts its own transactions`,
    hint: "keep the followed table local, or follow it by its key alone",
  }));
}
