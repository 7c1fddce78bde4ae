import {
  actionsOf,
  type CompiledGraph,
  type CompiledOperation,
  isRunnable,
  type RunnableEntry,
} from "../compile/compiled-graph.ts";
import { jitRequestOf } from "../compile/jit-code.ts";
import type { WarehouseState } from "../database/warehouse/warehouse-state.ts";
import { RunnerError } from "../errors.ts";
import { createDag, type Dag, findCycle, topologicalOrder } from "../graph/dag.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { refuseOnCitus } from "./distribution/refusals.ts";
import { withDistribution } from "./distribution/with-distribution.ts";
import type { ActionType, ExecutionAction, ExecutionGraph } from "./execution-graph.ts";
import { assertionLimitsIn } from "./gates/assertion-limits.ts";
import { withGates } from "./gates/gates.ts";
import { withHeldBack } from "./gates/held-back.ts";
import { withIncrements } from "./increments/increment.ts";
import { withPostgresObjects } from "./objects/postgres-objects.ts";
import type { RunConfig } from "./run-config.ts";
import type { SelectableAction } from "./selection/match-selector.ts";
import { selectActions } from "./selection/selection.ts";
import { commentsOf, withRememberedComments } from "./tasks/comments.ts";
import { type TaskContext, tasksOf } from "./tasks/tasks-of.ts";

/**
 * Turns a compiled graph into what will run against a warehouse in the given state, in graph order.
 * Pure: no database, no clock. Throws for unknown selections, cycles and unsupported actions.
 */
export function buildExecutionGraph(
  compiled: CompiledGraph,
  state: WarehouseState,
  config: RunConfig,
): ExecutionGraph {
  const context = { state, config, limitsOf: assertionLimitsIn(compiled) };
  const plain = actionsOf(compiled)
    .filter(isRunnable)
    .map((entry) => plannedAction(entry, context));
  const described = withMissingDisabled(withRememberedComments(plain, state), state);
  const followed = withIncrements(described, compiled);
  const spread = withDistribution(followed, compiled, state);
  const actions = withJitCode(withPostgresObjects(spread, compiled, state), compiled);
  const byKey = new Map(actions.map((each) => [targetKey(each.target), each]));
  const selected = selectActions(dagOf(actions), withReaders(actions, compiled), config);
  const ordered = topologicalOrder(selected).map((key) => withDependencies(key, selected, byKey));
  refuseOnCitus(ordered, compiled, state.citus);
  const gated = inOrder(withHeldBack(withGates(ordered, compiled, state), compiled));
  return { schemas: missingSchemas(gated, state), actions: gated };
}

/** What a selection looks at: assertions of the age of a source come along with what reads it. */
function withReaders(
  actions: readonly ExecutionAction[],
  { assertions = [] }: CompiledGraph,
): SelectableAction[] {
  const sources = new Map(
    assertions.flatMap(({ target, freshnessOf }) =>
      freshnessOf ? [[targetKey(target), targetKey(freshnessOf)] as const] : [],
    ),
  );
  if (sources.size === 0) return [...actions];
  const readersOf = (source: string) =>
    actions.flatMap(({ target, dependencyTargets }) =>
      dependencyTargets.some((each) => targetKey(each) === source) &&
      !sources.has(targetKey(target))
        ? target
        : [],
    );
  return actions.map((action) => {
    const source = sources.get(targetKey(action.target));
    return source === undefined ? action : { ...action, readers: readersOf(source) };
  });
}

/** Actions with the disabled ones that they read and that are not there. */
function withMissingDisabled(
  actions: readonly ExecutionAction[],
  state: WarehouseState,
): ExecutionAction[] {
  const missing = new Set(
    actions
      .filter(({ disabled, target }) => disabled && !state.relations.has(targetKey(target)))
      .map(({ target }) => targetKey(target)),
  );
  return actions.map((action) => {
    const found = action.dependencyTargets.filter((target) => missing.has(targetKey(target)));
    return found.length === 0 ? action : { ...action, missingDisabled: found };
  });
}

// The assertions that hold an action back may stand after it.
function inOrder(actions: readonly ExecutionAction[]): ExecutionAction[] {
  if (actions.every(({ heldBackBy }) => !heldBackBy)) return [...actions];
  const byKey = new Map(actions.map((each) => [targetKey(each.target), each]));
  return topologicalOrder(dagOf(actions)).flatMap((key) => byKey.get(key) ?? []);
}

/** The schemas that the actions of a project live in, sorted. */
export function schemasOf(compiled: CompiledGraph): string[] {
  const actions = [
    ...(compiled.tables ?? []),
    ...(compiled.operations ?? []),
    ...(compiled.assertions ?? []),
  ];
  return [...new Set(actions.map((each) => each.target.schema))].filter(Boolean).sort();
}

/** The action with its tasks. */
function plannedAction(entry: RunnableEntry, context: TaskContext): ExecutionAction {
  const { type, action } = entry;
  const disabled = action.disabled ?? false;
  const isTogether = type !== "operation" || (action.settings?.transaction ?? true);
  return {
    target: action.target,
    type,
    fileName: action.fileName ?? "",
    tags: action.tags ?? [],
    dependencyTargets: action.dependencyTargets ?? [],
    disabled,
    ...(type === "assertion" && action.parentAction && { parentTarget: action.parentAction }),
    tasks: disabled || action.jitCode ? [] : tasksOf(entry, context),
    ...(makesRelation(type, action) && { comments: commentsOf(action) }),
    ...(!isTogether && { withoutTransaction: true as const }),
  };
}

function withJitCode(actions: ExecutionAction[], compiled: CompiledGraph): ExecutionAction[] {
  const { tables = [], operations = [], assertions = [], declarations = [], jitData } = compiled;
  const made = [...tables, ...operations, ...assertions];
  const codes = new Map(
    made.flatMap(({ jitCode, target }) => (jitCode ? [[target, jitCode] as const] : [])),
  );
  if (codes.size === 0) return actions;
  const written = new Map(
    [...made, ...declarations].map(({ target, canonicalTarget = target }) => [
      targetKey(target),
      canonicalTarget,
    ]),
  );
  return actions.map((each) => {
    const code = each.disabled ? undefined : codes.get(each.target);
    return code === undefined ? each : { ...each, jit: jitRequestOf(code, each, jitData, written) };
  });
}

function makesRelation(type: ActionType, compiled: CompiledOperation): boolean {
  return type !== "operation" || (compiled.hasOutput ?? false);
}

function dagOf(actions: readonly ExecutionAction[]): Dag {
  const dag = createDag(
    new Map(actions.map((each) => [targetKey(each.target), each.dependencyTargets.map(targetKey)])),
  );
  const cycle = findCycle(dag);
  if (cycle) {
    const names = cycle.map((key) => targetName(targetOfKey(key, actions)));
    throw new RunnerError("DEPENDENCY_CYCLE", `dependency cycle: ${names.join(" → ")}`, {
      hint: "remove one of these references",
    });
  }
  return dag;
}

function targetOfKey(key: string, actions: readonly ExecutionAction[]): Target {
  const found = actions.find((each) => targetKey(each.target) === key);
  if (!found) throw new RunnerError("INTERNAL", `no action has the key ${key}`);
  return found.target;
}

function withDependencies(
  key: string,
  dag: Dag,
  byKey: ReadonlyMap<string, ExecutionAction>,
): ExecutionAction {
  const found = byKey.get(key);
  if (!found) throw new RunnerError("INTERNAL", `no action has the key ${key}`);
  const dependencyTargets = [...(dag.parents.get(key) ?? [])].flatMap(
    (parent) => byKey.get(parent)?.target ?? [],
  );
  return { ...found, dependencyTargets };
}

function missingSchemas(actions: readonly ExecutionAction[], state: WarehouseState): string[] {
  const needed = new Set(
    actions.filter((each) => !each.disabled).map((each) => each.target.schema),
  );
  return [...needed].filter((schema) => schema && !state.schemas.has(schema)).sort();
}
