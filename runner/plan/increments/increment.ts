import { readThroughViews } from "../../compile/checks/follow-notes.ts";
import type {
  CompiledGraph,
  CompiledTable,
  CompiledUnitTest,
} from "../../compile/compiled-graph.ts";
import {
  type FollowSettings,
  isVariable,
  referenceOf,
  type StampSettings,
  variablesIn,
} from "../../compile/settings/follow-settings.ts";
import { relationNamed } from "../../compile/settings/relation-named.ts";
import { RunnerError } from "../../errors.ts";
import { quoteIdentifier } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import { bareQuery } from "../../sql/bare-query.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { ExecutionAction, ExecutionTask, Increment } from "../execution-graph.ts";
import type { Follow, KeyedTask, Numbered } from "../publish-task.ts";

/**
 * Returns the incremental tables that follow others by key, with the followed tables, for which
 * they wait.
 */
export function withIncrements(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
): ExecutionAction[] {
  const tables = new Map((compiled.tables ?? []).map((table) => [targetKey(table.target), table]));
  return actions.map((action) => {
    const table = tables.get(targetKey(action.target));
    const increment = table && !action.disabled ? incrementOf(table, compiled) : undefined;
    if (!table || !increment) return action;
    const sources = [...increment.follows.map(({ target }) => target), ...increment.recomputeWhen];
    const known = new Set([action.target, ...action.dependencyTargets].map(targetKey));
    const others = sources.filter((target) => !known.has(targetKey(target)));
    const dependencyTargets = [...action.dependencyTargets, ...others];
    const tasks = incrementTasks(action.tasks, increment, table);
    return { ...action, tasks, increment, dependencyTargets };
  });
}

/** The tasks of a table that follows others: by the keys of its increment, and with its stamps. */
export function incrementTasks(
  tasks: readonly ExecutionTask[],
  increment: Increment,
  table: CompiledTable,
): ExecutionTask[] {
  const stamps = table.settings?.stamps ?? [];
  return tasks.map((task) => stamped(keyed(task, increment), stamps));
}

/**
 * A task that adds to a table that is there, by the keys that it follows; any other task as it is: a
 * first build and a full refresh take all rows.
 */
export function keyed<Task extends ExecutionTask>(
  task: Task,
  { follows, together }: Pick<Increment, "follows" | "together">,
): Task | KeyedTask {
  const isAdding =
    task.type === "publish" && (task.strategy === "append" || task.strategy === "merge");
  return isAdding && follows.length > 0 ? { ...task, strategy: "keyed", follows, together } : task;
}

/**
 * What the table of a unit test follows, with the temporary relations of the test's inputs as
 * targets. A followed table without an input is left out.
 */
export function keysInTest(
  test: CompiledUnitTest,
  table: CompiledTable,
): Pick<Increment, "follows" | "together"> {
  const { follows = [], together = [] } = table.settings ?? {};
  return {
    together,
    follows: follows.flatMap((follow) => {
      const { name } = follow.references;
      const input = test.inputs.find((each) => each.name.split(".").at(-1) === name);
      return input ? [followOf(follow, { schema: "pg_temp", name: input.relation })] : [];
    }),
  };
}

function incrementOf(table: CompiledTable, compiled: CompiledGraph): Increment | undefined {
  const { follows = [], together = [], recomputeWhen = [] } = table.settings ?? {};
  if (follows.length === 0) return undefined;
  const resolve = (references: { schema?: string; name: string }) =>
    resolved(references, compiled, table.target);
  const variables = variablesIn(recomputeWhen, compiled.projectConfig.vars);
  const { tables, views } = readThroughViews(table, compiled);
  return {
    reads: tables,
    sql: [table.query, ...(table.preOps ?? []), ...views.map(({ query }) => query)].join("\n"),
    follows: follows.map((follow) => {
      const target = resolve(follow.references);
      const isOwn = targetKey(target) === targetKey(table.target);
      return { ...followOf(follow, target), ...(isOwn && { isOwn }) };
    }),
    together,
    recomputeWhen: recomputeWhen
      .filter((name) => !isVariable(name))
      .map((written) => resolve(referenceOf(written))),
    // An edited query means that every stored row may be another one by now; so does one of a view. An edited filter may
    // have left rows as they were.
    fingerprint: shortHash(
      JSON.stringify([
        table.jitCode ?? [table.query, table.incrementalQuery, table.where],
        [table.preOps ?? [], table.incrementalPreOps ?? []],
        variables,
        views.map(({ target, query }) => [target, query]),
        together,
        follows.map(({ references, columns }) => [references, columns]),
      ]),
    ),
  };
}

function followOf({ references, columns, appendOnly }: FollowSettings, target: Target): Follow {
  const { name } = references;
  const added = appendOnly && { column: appendOnly, addedName: `${name}__added` };
  return { target, columns, changedName: `${name}__changed`, ...(added && { appendOnly: added }) };
}

function resolved(
  references: { schema?: string; name: string },
  compiled: CompiledGraph,
  from: Target,
): Target {
  const target = relationNamed(references, compiled);
  if (target) return target;
  throw new RunnerError("INTERNAL", `${targetName(from)} follows nothing: ${references.name}`);
}

/** A task whose rows have the columns that the runner writes, beside those of the query. */
function stamped(task: ExecutionTask, stamps: readonly StampSettings[]): ExecutionTask {
  if (task.type !== "publish" || stamps.length === 0) return task;
  const query = bareQuery(task.statement);
  const statement = withStamps(query, stamps);
  if (task.strategy === "create" || task.strategy === "replace") {
    const numbered = numberedBy(query, stamps);
    return { ...task, statement, ...(numbered && { numbered }) };
  }
  if (task.strategy !== "keyed") return { ...task, statement };
  const kept = stamps.map(({ column, onlyNew }) => ({ column, onlyNew }));
  return { ...task, statement, stamps: kept };
}

function withStamps(query: string, stamps: readonly StampSettings[]): string {
  const columns = stamps.map(
    ({ column, expression }) => `(${expression}\n) as ${quoteIdentifier(column)}`,
  );
  return `select stamped.*, ${columns.join(", ")} from (\n${query}\n) as stamped`;
}

/** The query around the number of a row, when one stamp takes numbers of a sequence. */
function numberedBy(query: string, stamps: readonly StampSettings[]): Numbered | undefined {
  const [found, ...more] = stamps.flatMap((stamp) => {
    const sequence = nextNumber.exec(stamp.expression)?.[1];
    return sequence === undefined ? [] : [{ stamp, sequence }];
  });
  if (found === undefined || more.length > 0) return undefined;
  const { stamp, sequence } = found;
  // no statement of PostgreSQL has this character
  const place = "\0";
  const placed = stamps.map((each) => (each === stamp ? { ...each, expression: place } : each));
  const [before = "", after = ""] = withStamps(query, placed).split(place);
  return { sequence, around: [before, after] };
}

const nextNumber = /^\s*nextval\(\s*('(?:[^']|'')+')\s*(?:::\s*regclass\s*)?\)\s*$/i;
