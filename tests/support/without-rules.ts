import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";

/** A compiled graph without the rules of built-in assertions, which Dataform's own command does not print. */
export function withoutRules(graph: CompiledGraph): CompiledGraph {
  const { assertions } = graph;
  return assertions
    ? { ...graph, assertions: assertions.map(({ rule: _, ...rest }) => rest) }
    : graph;
}
