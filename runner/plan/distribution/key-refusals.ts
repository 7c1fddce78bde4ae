import type { CompiledGraph } from "../../compile/compiled-graph.ts";
import type { PostgresSettings } from "../../compile/settings/postgres-settings.ts";
import { relationNamed } from "../../compile/settings/relation-named.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { ExecutionAction } from "../execution-graph.ts";
import type { Distribution } from "./distribution.ts";

/** What Citus cannot do, as the end of a sentence that begins with the table, and the next step. */
export interface Refusal {
  what: string;
  hint: string;
}

/** A project, and the tables that Citus spreads in it, by `targetKey`. */
interface Spread {
  compiled: CompiledGraph;
  spread: ReadonlyMap<string, Distribution>;
}

/** Returns why Citus would refuse the foreign keys of an action. */
export function keyRefusals(
  { target, distribution }: ExecutionAction,
  { foreignKeys }: PostgresSettings,
  { compiled, spread }: Spread,
): Refusal[] {
  return foreignKeys.flatMap((key) => {
    const other = relationNamed(key.references, compiled);
    const there = other && spread.get(targetKey(other));
    if (!other || (!distribution && !there)) return [];
    // An operation may spread its table itself.
    if (!there && isOperation(other, compiled)) return [];
    const refused = foreignKeyProblem({ distribution, there, key, other, target, compiled });
    if (refused === undefined) return [];
    return [
      {
        what: `has postgres.foreignKeys (${key.columns.join(", ")}) to ${targetName(other)}, ${refused}`,
        hint: "Citus checks foreign keys to reference tables, and to tables colocated by the same column: make the other one a reference table (postgres.reference), or leave the key away and assert it",
      },
    ];
  });
}

function isOperation(target: Target, { operations = [] }: CompiledGraph): boolean {
  return operations.some((each) => targetKey(each.target) === targetKey(target));
}

interface KeyFacts {
  distribution: Distribution | undefined;
  there: Distribution | undefined;
  key: PostgresSettings["foreignKeys"][number];
  other: Target;
  target: Target;
  compiled: CompiledGraph;
}

function foreignKeyProblem({ distribution, there, key, other, target, compiled }: KeyFacts) {
  if (there && there.column === undefined) return undefined;
  if (!there) return "which is neither a reference table nor distributed";
  if (!distribution) return "which is distributed, and this table is not";
  const { column } = distribution;
  if (column === undefined) return "which is distributed, and this is a reference table";
  const position = key.columns.indexOf(column);
  const settings = (compiled.tables ?? []).find(
    (each) => targetKey(each.target) === targetKey(other),
  )?.settings;
  const named = key.referencedColumns.length > 0 ? key.referencedColumns : settings?.primaryKey;
  const matching = named?.[position];
  if (position < 0 || (matching !== undefined && matching !== there.column)) {
    return `without the columns by which both are distributed (${column} and ${there.column})`;
  }
  return areTogether(distribution, target, there, other)
    ? undefined
    : "which is not colocated with it (postgres.colocateWith)";
}

// Without colocateWith and shardCount, Citus colocates tables whose columns have the same type.
function areTogether(one: Distribution, target: Target, two: Distribution, other: Target): boolean {
  const root = (spread: Distribution, own: Target) => targetKey(spread.colocateWith ?? own);
  const isByDefault = [one, two].every(
    ({ colocateWith, shardCount }) => !colocateWith && shardCount === undefined,
  );
  return isByDefault || root(one, target) === root(two, other);
}
