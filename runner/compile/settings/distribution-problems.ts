import { actionsOf, type CompiledEntry, type CompiledGraph } from "../compiled-graph.ts";
import type { PostgresSettings } from "./postgres-settings.ts";
import { relationNamed, unknownReference } from "./relation-named.ts";

/** Returns the problems with `colocateWith` that remain when it is well formed. */
export function distributionProblems(
  { action }: CompiledEntry,
  { distribution }: PostgresSettings,
  graph: CompiledGraph,
): string[] {
  if (!distribution || "reference" in distribution || !distribution.colocateWith) return [];
  const { colocateWith } = distribution;
  const unknown = unknownReference("colocateWith", colocateWith, graph);
  if (unknown.length > 0) return unknown;
  const target = relationNamed(colocateWith, graph);
  const other = actionsOf(graph).find(({ action: each }) => each.target === target);
  if (other?.action === action) {
    return ["postgres.colocateWith names the table itself: name another one, or leave it away"];
  }
  if (other?.type === "view" || other?.type === "assertion") {
    return [`postgres.colocateWith names ${colocateWith.name}, which is a view: name a table`];
  }
  return [];
}
