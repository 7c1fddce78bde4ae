import type { Target } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import { actionsOf, type CompiledGraph } from "../compiled-graph.ts";

/**
 * Finds a relation by its name as it is written in the project, before prefixes and suffixes: an
 * action or a declaration. Undefined when there is none or more than one of that name.
 */
export function relationNamed(
  references: { schema?: string; name: string },
  graph: CompiledGraph,
): Target | undefined {
  const found = actionsOf(graph).filter(({ type, action }) => {
    const written = ("canonicalTarget" in action && action.canonicalTarget) || action.target;
    const sameSchema = [undefined, written.schema, action.target.schema].includes(
      references.schema,
    );
    return type !== "assertion" && sameSchema && written.name === references.name;
  });
  return found.length === 1 ? found[0]?.action.target : undefined;
}

/** Takes the key of a setting and a name in it; returns the problem with the name. */
export function unknownReference(
  key: string,
  references: { schema?: string; name: string },
  graph: CompiledGraph,
): string[] {
  if (relationNamed(references, graph) !== undefined) return [];
  const { schema, name } = references;
  const names = actionsOf(graph).map(({ action }) => action.target.name);
  const near = nearestNames(name, names, 1)[0];
  const hint = near === name ? "name it with its schema" : near && `did you mean ${near}?`;
  const wanted = schema === undefined ? name : `${schema}.${name}`;
  return [
    `postgres.${key}: no single action or declaration is named "${wanted}"${hint ? `; ${hint}` : ""}`,
  ];
}
