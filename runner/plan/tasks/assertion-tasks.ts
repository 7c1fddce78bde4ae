import type { CompiledAssertion } from "../../compile/compiled-graph.ts";
import type { WarehouseState } from "../../database/warehouse/warehouse-state.ts";
import { targetKey } from "../../target.ts";
import type { ExecutionTask } from "../execution-graph.ts";
import { type AssertionLimits, rowConditionsOf, uniqueKeyOf } from "../gates/assertion-limits.ts";
import { dropFirst } from "./table-tasks.ts";

/** An assertion: its query becomes a view of the failing rows, which must be empty. */
export function assertionTasks(
  assertion: CompiledAssertion,
  state: WarehouseState,
  limits: AssertionLimits = {},
): ExecutionTask[] {
  const existing = state.relations.get(targetKey(assertion.target))?.kind;
  return [
    {
      type: "assertion",
      statement: assertion.query ?? "",
      ...dropFirst(existing, "view"),
      rule: ruleOf(assertion),
      ...checkedBy(assertion),
      ...limits,
    },
  ];
}

function checkedBy({ parentAction, freshnessOf }: CompiledAssertion) {
  const checks = parentAction ?? freshnessOf;
  return checks ? { checks } : {};
}

/** The rule in words: the kind of a built-in assertion with its columns, or the assertion's name. */
function ruleOf(assertion: CompiledAssertion): string {
  if (!assertion.parentAction) return assertion.target.name;
  const columns = uniqueKeyOf(assertion);
  if (columns !== undefined) return `uniqueKey (${columns.replaceAll('"', "")})`;
  return `rowConditions (${rowConditionsOf(assertion).join("; ")})`;
}
