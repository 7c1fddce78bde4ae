import type { SqlError } from "../../errors.ts";
import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { PlanFindings } from "../../results/plan-findings.ts";
import { placedError, type ReadSource } from "../console/format-error.ts";
import { summaryOf } from "./format-findings.ts";

/**
 * Takes a plan and returns it as JSON: the execution graph, each action with its finding in `plan`,
 * and each error with the place that the terminal shows.
 */
export function planJson(
  graph: ExecutionGraph,
  findings: PlanFindings,
  readSource?: ReadSource,
): string {
  const { actions, ...whole } = findings;
  const document = {
    ...graph,
    ...whole,
    summary: summaryOf(findings),
    actions: graph.actions.map((action, index) => {
      const { target: _, ...plan } = actions[index] ?? { target: action.target };
      const { error } = plan as { error?: SqlError };
      const placed = error && { error: placedError(error, action.fileName, readSource) };
      return { ...action, plan: { ...plan, ...placed } };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
