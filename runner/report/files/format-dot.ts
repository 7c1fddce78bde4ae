import { type CompiledGraph, type CompiledTable, tableType } from "../../compile/compiled-graph.ts";
import { type Target, targetName } from "../../target.ts";
import { dotText } from "./dot-text.ts";

/**
 * Takes a compiled graph and returns it in the language of Graphviz, as `dataform compile --dot`
 * writes it: a node for every action, an edge from every dependency to what depends on it.
 */
export function formatDot({
  tables = [],
  assertions = [],
  operations = [],
}: CompiledGraph): string {
  const nodes = [
    ...tables.map((table) => node(table, ` [${tableType(table)}]`)),
    ...assertions.map((assertion) => node(assertion, "")),
    ...operations.map((operation) => node(operation, "")),
  ];
  const edges = [...tables, ...assertions, ...operations].flatMap(
    ({ target, dependencyTargets = [] }) =>
      dependencyTargets.map((dependency) => `${quoted(dependency)} -> ${quoted(target)};\n`),
  );
  return `digraph {\n${nodes.join("")}${edges.join("")}}\n`;
}

function node({ target }: Pick<CompiledTable, "target">, suffix: string): string {
  return `${quoted(target)} [label=${dotText(targetName(target) + suffix)}];\n`;
}

function quoted(target: Target): string {
  return dotText(targetName(target));
}
