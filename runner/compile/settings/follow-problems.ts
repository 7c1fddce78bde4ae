import type { Target } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import type { CompiledEntry, CompiledGraph } from "../compiled-graph.ts";
import { referenceOf } from "./follow-settings.ts";
import type { PostgresSettings } from "./postgres-settings.ts";
import { relationNamed, unknownReference } from "./relation-named.ts";

/**
 * Returns the problems with `follows`, `recomputeWhen` and `stamps` that remain when each is well
 * formed.
 */
export function followProblems(
  { type, action }: CompiledEntry,
  {
    follows = [],
    unfollowed = [],
    together = [],
    recomputeWhen = [],
    stamps = [],
  }: PostgresSettings,
  graph: CompiledGraph,
): string[] {
  if (type !== "incremental") return [];
  const names = follows.map(({ references }) => references.name);
  const doubled = names.find((name, index) => names.indexOf(name) < index);
  const ofOthers = follows.filter(
    ({ references }) => !isSameTarget(relationNamed(references, graph), action.target),
  );
  return [
    ...[...follows.map(({ references }) => references), ...unfollowed].flatMap((references) =>
      unknownReference("follows", references, graph),
    ),
    ...recomputeWhen.flatMap((written) => unknownInput(written, graph)),
    ...(follows.length > 0 && ofOthers.length === 0
      ? ["postgres.follows names the table itself alone: name what it is made of, too"]
      : []),
    ...(doubled === undefined
      ? []
      : [`postgres.follows names two tables "${doubled}", whose changes would have one name`]),
    ...(follows.length > 0 && action.incrementalStrategy === "INSERT_OVERWRITE"
      ? ["postgres.follows replaces the rows of changed keys: leave incrementalStrategy away"]
      : []),
    ...(follows.length > 0 ? [] : withoutFollows({ together, recomputeWhen, stamps })),
  ];
}

function withoutFollows(settings: Record<string, readonly unknown[]>): string[] {
  return Object.entries(settings)
    .filter(([, values]) => values.length > 0)
    .map(([key]) => `postgres.${key} means nothing without postgres.follows`);
}

function isSameTarget(one: Target | undefined, other: Target): boolean {
  return one?.schema === other.schema && one.name === other.name;
}

function unknownInput(written: string, graph: CompiledGraph): string[] {
  const { name, schema } = referenceOf(written);
  if (schema !== "vars") return unknownReference("recomputeWhen", referenceOf(written), graph);
  const { vars = {} } = graph.projectConfig;
  if (Object.hasOwn(vars, name)) return [];
  const [near] = nearestNames(name, Object.keys(vars), 1);
  const hint = near ? `; did you mean vars.${near}?` : "";
  return [`postgres.recomputeWhen: the project has no variable "${name}"${hint}`];
}
