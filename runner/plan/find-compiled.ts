import { actionsOf, type CompiledEntry, type CompiledGraph } from "../compile/compiled-graph.ts";
import { RunnerError } from "../errors.ts";
import { targetKey, targetName } from "../target.ts";
import { matchSelector } from "./selection/match-selector.ts";

/**
 * Takes a compiled graph and the name of one action, with its schema or without; returns it. Throws
 * SELECTION_EMPTY with the nearest names when there is none, USAGE when several have that name.
 */
export function findCompiled(graph: CompiledGraph, name: string): CompiledEntry {
  const entries = actionsOf(graph);
  const selectable = entries.map(({ action }) => ({
    target: action.target,
    fileName: action.fileName ?? "",
    tags: [],
  }));
  const keys = new Set(matchSelector({ kind: "name", value: name }, selectable));
  const [found, ...others] = entries.filter(({ action }) => keys.has(targetKey(action.target)));
  if (found && others.length === 0) return found;
  const names = [
    ...new Set([found, ...others].flatMap((each) => (each ? targetName(each.action.target) : []))),
  ];
  throw new RunnerError("USAGE", `${name} is the name of ${names.length} actions`, {
    hint: `name one of them: ${names.slice(0, 5).join(", ")}`,
  });
}
