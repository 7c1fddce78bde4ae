import type { CompiledGraph } from "../../compile/compiled-graph.ts";
import type { PostgresSettings } from "../../compile/settings/postgres-settings.ts";
import { noPostgresSettings } from "../../compile/settings/postgres-settings.ts";
import { relationNamed } from "../../compile/settings/relation-named.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { RunnerError } from "../../errors.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { ExecutionAction } from "../execution-graph.ts";
import { declaredObjects } from "./declared-objects.ts";

/**
 * Returns the actions with the objects that their `postgres` blocks declare. A table waits for the
 * tables to which its foreign keys refer; a relation whose block was removed gets an empty one, so
 * that its objects are dropped.
 */
export function withPostgresObjects(
  actions: readonly ExecutionAction[],
  compiled: CompiledGraph,
  state: WarehouseState,
): ExecutionAction[] {
  const settings = settingsByKey(compiled);
  const keys = new Set(actions.map(({ target }) => targetKey(target)));
  return actions.map((action) => {
    const key = targetKey(action.target);
    const given =
      settings.get(key) ?? (state.managed?.has(key) && makesRelation(action) && noPostgresSettings);
    if (!given) return action;
    const referenced = given.foreignKeys.map((each) => resolved(each, compiled, action.target));
    const others = referenced.filter((target) => {
      const known = [action.target, ...action.dependencyTargets].map(targetKey);
      return keys.has(targetKey(target)) && !known.includes(targetKey(target));
    });
    return {
      ...action,
      dependencyTargets: [...action.dependencyTargets, ...others],
      postgres: declaredObjects(action.target, given, (each) =>
        resolved(each, compiled, action.target),
      ),
    };
  });
}

function settingsByKey(compiled: CompiledGraph): Map<string, PostgresSettings> {
  const { tables = [], operations = [], assertions = [] } = compiled;
  return new Map(
    [...tables, ...operations, ...assertions].flatMap(({ target, settings }) =>
      settings && saysMore(settings) ? [[targetKey(target), settings] as const] : [],
    ),
  );
}

// Settings of assertions, increments, audits, transactions and distribution declare no object of the relation.
function saysMore(settings: PostgresSettings): boolean {
  const { assertions: _, limit: _limit, ...others } = settings;
  const {
    follows: _follows,
    recomputeWhen: _inputs,
    stamps: _stamps,
    audit: _audit,
    ...rest
  } = others;
  const { transaction: _transaction, distribution: _distribution, ...objects } = rest;
  return JSON.stringify(objects) !== JSON.stringify(noPostgresSettings);
}

// An operation without output does not describe a relation that happens to have its name.
function makesRelation({ comments }: ExecutionAction): boolean {
  return comments !== undefined;
}

function resolved(
  key: PostgresSettings["foreignKeys"][number],
  compiled: CompiledGraph,
  from: Target,
): Target {
  const target = relationNamed(key.references, compiled);
  if (target) return target;
  throw new RunnerError(
    "INTERNAL",
    `a foreign key of ${targetName(from)} refers to nothing: ${key.references.name}`,
  );
}
