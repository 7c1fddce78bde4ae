import {
  actionsOf,
  type CompiledEntry,
  type CompiledGraph,
  isRunnable,
} from "../compile/compiled-graph.ts";
import type { Catalogue } from "./catalogue.ts";
import type { ActionLineage } from "./lineage.ts";

/**
 * Takes a compiled graph and, where there is a database, its catalogue; returns the lineage of every
 * action but notebooks and data preparations, in the order of `actionsOf`. Throws for nothing in the
 * SQL: what cannot be told is `unknown`, with the reason.
 */
export async function lineageOfProject(
  graph: CompiledGraph,
  _catalogue?: Catalogue,
): Promise<ActionLineage[]> {
  return actionsOf(graph).flatMap((entry) => lineageOfEntry(entry) ?? []);
}

function lineageOfEntry(entry: CompiledEntry): ActionLineage | undefined {
  const { type, action } = entry;
  if (!isRunnable(entry) && type !== "declaration") return undefined;
  const { target, fileName } = action;
  const columns = declaredColumns(entry).map((name) => ({ name, sources: [], unknown: notRead }));
  return {
    ...{ target, type: type as ActionLineage["type"], ...(fileName !== undefined && { fileName }) },
    ...{ columns, used: [], read: [], unknown: [notRead], writes: [] },
  };
}

const notRead = "its SQL is not read yet";

function declaredColumns({ action }: CompiledEntry): string[] {
  if (!("actionDescriptor" in action)) return [];
  return (action.actionDescriptor?.columns ?? []).map(({ path }) => path.join("."));
}
