import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { PlanFindings } from "../validate/findings.ts";
import { summaryOf } from "./format-findings.ts";

/** Takes a plan and returns it as JSON: the execution graph, each action with its finding in `plan`. */
export function planJson(graph: ExecutionGraph, findings: PlanFindings): string {
  const { actions, ...whole } = findings;
  const document = {
    ...graph,
    ...whole,
    summary: summaryOf(findings),
    actions: graph.actions.map((action, index) => {
      const { target: _, ...plan } = actions[index] ?? { target: action.target };
      return { ...action, plan };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
