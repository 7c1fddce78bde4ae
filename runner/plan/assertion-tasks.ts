import type { CompiledAssertion } from "../compile/compiled-graph.ts";
import type { WarehouseState } from "../database/warehouse-state.ts";
import { targetKey } from "../target.ts";
import type { ExecutionTask } from "./execution-graph.ts";
import { dropFirst } from "./table-tasks.ts";

/** An assertion: its query becomes a view of the failing rows, which must be empty. */
export function assertionTasks(
  assertion: CompiledAssertion,
  state: WarehouseState,
): ExecutionTask[] {
  const existing = state.relations.get(targetKey(assertion.target))?.kind;
  return [
    {
      type: "assertion",
      statement: assertion.query ?? "",
      ...dropFirst(existing, "view"),
      rule: ruleOf(assertion),
      ...(assertion.parentAction ? { checks: assertion.parentAction } : {}),
    },
  ];
}

/** The rule in words: the kind of a built-in assertion with its columns, or the assertion's name. */
function ruleOf(assertion: CompiledAssertion): string {
  if (!assertion.parentAction) return assertion.target.name;
  const columns = /group by\s+([^\n]+?)\s*(?:\n|having|\))/i.exec(assertion.query ?? "")?.[1];
  if (/_uniqueKey_\d+/.test(assertion.target.name) || columns !== undefined) {
    return `uniqueKey (${(columns ?? "").replaceAll('"', "")})`;
  }
  const conditions = [
    ...(assertion.query ?? "").matchAll(/'((?:[^']|'')*)' as failing_row_condition/gi),
  ];
  return `rowConditions (${conditions.map(([, text]) => (text ?? "").replaceAll("''", "'")).join("; ")})`;
}
