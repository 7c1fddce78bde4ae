import type { CompiledAssertion } from "../../compile/compiled-graph.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { RunnerError } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import { targetKey, targetName } from "../../target.ts";
import type { ExecutionTask } from "../execution-graph.ts";
import { type AssertionLimits, rowConditionsOf, uniqueKeyOf } from "../gates/assertion-limits.ts";
import { dropFirst } from "./table-tasks.ts";

/**
 * An assertion: its query becomes a view of the failing rows, which must be empty. Throws UNSUPPORTED_ACTION
 * when a table has its name: its rows would be lost.
 */
export function assertionTasks(
  assertion: CompiledAssertion,
  state: WarehouseState,
  limits: AssertionLimits = {},
): ExecutionTask[] {
  const existing = state.relations.get(targetKey(assertion.target))?.kind;
  if (existing === "table") throw nameOfTable(assertion);
  return [
    {
      type: "assertion",
      statement: assertion.query ?? "",
      ...dropFirst(existing, "view"),
      rule: ruleOf(assertion),
      ...checkedBy(assertion),
      ...uniqueKey(assertion),
      ...inOneScan(assertion),
      ...limits,
    },
  ];
}

function nameOfTable({ fileName, target }: CompiledAssertion): RunnerError {
  const message = `${fileName}: the assertion ${targetName(target)} has the name of a table that is there`;
  return new RunnerError("UNSUPPORTED_ACTION", message, {
    hint: "an assertion is kept as a view: rename it, or drop the table when nobody needs it",
  });
}

function checkedBy({ parentAction, freshnessOf }: CompiledAssertion) {
  const checks = parentAction ?? freshnessOf;
  return checks ? { checks } : {};
}

function uniqueKey(assertion: CompiledAssertion) {
  const columns = uniqueKeyOf(assertion);
  return columns === undefined ? {} : { uniqueKey: columns };
}

/**
 * Core's query reads the table once for each condition. A condition with a subquery is left to it: where
 * it stands alone, PostgreSQL can turn it into a join.
 */
function inOneScan(assertion: CompiledAssertion) {
  const conditions = rowConditionsOf(assertion);
  const { parentAction } = assertion;
  const hasSubquery = conditions.some((condition) => /\bselect\b/i.test(condition));
  if (!parentAction || conditions.length < 2 || hasSubquery) return {};
  const counts = conditions.map((each) => `pg_catalog.count(*) filter (where not (${each}\n))`);
  const statement = `select ${counts.join(",\n")}\nfrom ${qualifiedName(parentAction)}`;
  return { inOneScan: { conditions, statement } };
}

/** The rule in words: the kind of a built-in assertion with its columns, or the assertion's name. */
function ruleOf(assertion: CompiledAssertion): string {
  if (!assertion.parentAction) return assertion.target.name;
  const columns = uniqueKeyOf(assertion);
  if (columns !== undefined) return `uniqueKey (${columns.replaceAll('"', "")})`;
  return `rowConditions (${rowConditionsOf(assertion).join("; ")})`;
}
