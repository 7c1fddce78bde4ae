import type { CompiledAssertion, CompiledGraph } from "../../compile/compiled-graph.ts";
import { tableType } from "../../compile/compiled-graph.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { rejectedTarget } from "../../names/rejected-target.ts";
import { type Target, targetKey } from "../../target.ts";
import type { AssertionTask, ExecutionAction, GateTask } from "../execution-graph.ts";

/**
 * Returns the actions of a run with the assertions that gate them: those of the config block of a
 * table, and those in separate files that depend only on this table. Assertions that only warn, are
 * disabled or make their SQL by code are no gates; views and operations have none.
 */
export function withGates(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
  state: WarehouseState,
): ExecutionAction[] {
  const holdsRows = new Set(
    (compiled.tables ?? [])
      .filter((table) => tableType(table) !== "view" || table.materialized)
      .map(({ target }) => targetKey(target)),
  );
  const gates = gatesByTable(actions, compiled, state);
  return actions.map((action) => {
    const key = targetKey(action.target);
    if (action.disabled || !holdsRows.has(key)) return action;
    const own = gates.get(key);
    const rejected = rejectedTarget(action.target);
    return {
      ...action,
      ...(own && { gates: own }),
      ...(state.relations.has(targetKey(rejected)) && { rejected }),
    };
  });
}

/** Whether an assertion can hold anything back. */
export function isStrict({ limits = [] }: AssertionTask): boolean {
  return limits.length === 0 || limits.some(({ severity }) => severity === "error");
}

/** The task of an assertion action, when it can hold something back. */
export function strictTask(action: ExecutionAction): AssertionTask | undefined {
  const task = assertionTaskOf(action);
  return task && isStrict(task) ? task : undefined;
}

// Only the gate knows which rows are new, so it also counts for those that warn of them.
function gatingTask(action: ExecutionAction): AssertionTask | undefined {
  const task = assertionTaskOf(action);
  return task && (isStrict(task) || task.newRows) ? task : undefined;
}

function assertionTaskOf({ type, disabled, tasks }: ExecutionAction): AssertionTask | undefined {
  if (type !== "assertion" || disabled) return undefined;
  return tasks.find((task): task is AssertionTask => task.type === "assertion");
}

function gatesByTable(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
  state: WarehouseState,
) {
  const made = madeByProject(compiled);
  const byKey = new Map(
    (compiled.assertions ?? []).map((assertion) => [targetKey(assertion.target), assertion]),
  );
  const gates = new Map<string, GateTask[]>();
  for (const action of actions) {
    const assertion = byKey.get(targetKey(action.target));
    const task = gatingTask(action);
    const table = assertion && task && checkedTable(assertion, made);
    if (!table || !namesRelation(task.statement, table)) continue;
    const isThere = state.relations.has(targetKey(action.target));
    const gate: GateTask = {
      ...{ target: action.target, task },
      ...(isOnlyJudged(action, table) &&
        (isThere ? { isThereWithTable: true } : { isMadeWithTable: true })),
    };
    gates.set(targetKey(table), [...(gates.get(targetKey(table)) ?? []), gate]);
  }
  return gates;
}

/** Whether an assertion waits for its table alone, and has nothing to do but to be judged and kept as a view. */
function isOnlyJudged(
  { tasks, comments, postgres, withoutTransaction, dependencyTargets }: ExecutionAction,
  table: Target,
): boolean {
  const waitsFor = dependencyTargets.every((target) => targetKey(target) === targetKey(table));
  const isBare = !comments?.description && !comments?.columns.length && !comments?.remembered;
  return tasks.length === 1 && isBare && !postgres && !withoutTransaction && waitsFor;
}

function checkedTable(
  { parentAction, dependencyTargets = [] }: CompiledAssertion,
  made: ReadonlySet<string>,
): Target | undefined {
  if (parentAction) return parentAction;
  const [only, ...others] = dependencyTargets.filter((target) => made.has(targetKey(target)));
  return others.length === 0 ? only : undefined;
}

function madeByProject({ tables = [], operations = [], assertions = [] }: CompiledGraph) {
  return new Set([...tables, ...operations, ...assertions].map(({ target }) => targetKey(target)));
}

// What reads the table by another name (a view on it, say) sees the live one and no staged rows.
function namesRelation(statement: string, { schema, name }: Target): boolean {
  // As core writes it.
  if (statement.includes(`"${schema}"."${name}"`)) return true;
  const part = (text: string) => {
    const quoted = `"${text.replaceAll('"', '""')}"`;
    return /^[a-z_][a-z0-9_$]*$/.test(text) ? `(?:${text}|${escaped(quoted)})` : escaped(quoted);
  };
  return new RegExp(`${part(schema)}\\s*\\.\\s*${part(name)}`, "iu").test(statement);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
