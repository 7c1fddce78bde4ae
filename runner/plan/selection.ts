import { RunnerError } from "../errors.ts";
import type { Dag } from "../graph/dag.ts";
import { prune } from "../graph/prune.ts";
import { nearestNames } from "../nearest-names.ts";
import { targetKey, targetName } from "../target.ts";
import type { ExecutionAction } from "./execution-graph.ts";
import type { RunConfig } from "./run-config.ts";

/**
 * The part of the graph that a run config selects; all of it when nothing is named.
 * Throws SELECTION_EMPTY for a name or tag that matches nothing, with the nearest ones.
 */
export function selectActions(
  dag: Dag,
  actions: readonly ExecutionAction[],
  config: RunConfig,
): Dag {
  const patterns = config.actions ?? [];
  const tags = config.tags ?? [];
  if (patterns.length === 0 && tags.length === 0) {
    if (config.includeDependencies || config.includeDependents) {
      throw new RunnerError("USAGE", "--include-deps and --include-dependents need a selection", {
        hint: "add --actions or --tags",
      });
    }
    return dag;
  }
  const selected = new Set([
    ...patterns.flatMap((pattern) => keysNamed(pattern, actions)),
    ...tags.flatMap((tag) => keysTagged(tag, actions)),
  ]);
  return prune(dag, {
    selected,
    includeParents: config.includeDependencies ?? false,
    includeChildren: config.includeDependents ?? false,
  });
}

function keysNamed(pattern: string, actions: readonly ExecutionAction[]): string[] {
  const matches = matcherOf(pattern);
  const keys = actions
    .filter((action) => namesOf(action).some(matches))
    .map((action) => targetKey(action.target));
  if (keys.length > 0) return keys;
  const known = actions.map((action) => targetName(action.target));
  throw notFound("action", pattern, known, "`dataform compile` lists all actions");
}

function keysTagged(tag: string, actions: readonly ExecutionAction[]): string[] {
  const keys = actions
    .filter((action) => action.tags.includes(tag))
    .map((action) => targetKey(action.target));
  if (keys.length > 0) return keys;
  const known = [...new Set(actions.flatMap((action) => action.tags))];
  throw notFound(
    "tag",
    tag,
    known,
    known.length ? `tags: ${known.join(", ")}` : "no action has a tag",
  );
}

// Editors that read the compiled graph send `undefined.schema.name` when a project has no database.
function namesOf({ target }: ExecutionAction): string[] {
  const short = targetName(target);
  return [target.name, short, `${target.database ?? "undefined"}.${short}`, `undefined.${short}`];
}

function matcherOf(pattern: string): (name: string) => boolean {
  if (!pattern.includes("*")) return (name) => name === pattern;
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "s");
  return (name) => expression.test(name);
}

function notFound(kind: string, value: string, known: string[], otherwise: string): RunnerError {
  const bare = value.includes(".") ? known : known.map((name) => name.split(".").at(-1) ?? name);
  const near = nearestNames(value, kind === "tag" ? known : bare);
  return new RunnerError("SELECTION_EMPTY", `no ${kind} is named "${value}"`, {
    hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : otherwise,
  });
}
