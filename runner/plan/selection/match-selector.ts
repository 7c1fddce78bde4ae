import { RunnerError } from "../../errors.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import type { Selector } from "./selector.ts";
import { pathMatcher, wildcardExpression } from "./wildcards.ts";

/** What a selector looks at. */
export interface SelectableAction {
  target: Target;
  /** Relative to the project folder, with `/`. */
  fileName: string;
  tags: readonly string[];
  /** The table that brought this assertion along. */
  parentTarget?: Target;
  /** For an assertion of the age of a source: what reads the source, any of which brings it along. */
  readers?: readonly Target[];
}

/**
 * The keys of the actions that a selector itself matches, without their neighbours. Throws
 * SELECTION_EMPTY with the nearest names, tags or files when there are none.
 */
export function matchSelector(
  { kind, value }: Pick<Selector, "kind" | "value">,
  actions: readonly SelectableAction[],
): string[] {
  switch (kind) {
    case "name":
      return keysWhere(actions, matchesName(value)) ?? throwUnknownName(value, actions);
    case "tag":
      return keysWhere(actions, matchesTag(value)) ?? throwUnknownTag(value, actions);
    case "path":
      return keysWhere(actions, matchesPath(value)) ?? throwUnknownPath(value, actions);
  }
}

type Test = (action: SelectableAction) => boolean;

function keysWhere(actions: readonly SelectableAction[], matches: Test): string[] | undefined {
  const keys = actions.filter(matches).map(({ target }) => targetKey(target));
  return keys.length > 0 ? keys : undefined;
}

function matchesName(pattern: string): Test {
  const expression = wildcardExpression(pattern, { "*": ".*" });
  return (action) => namesOf(action).some((name) => expression.test(name));
}

function matchesTag(tag: string): Test {
  const expression = wildcardExpression(tag, { "*": ".*" });
  return ({ tags }) => tags.some((each) => expression.test(each));
}

function matchesPath(path: string): Test {
  const matches = pathMatcher(path);
  return ({ fileName }) => matches(fileName);
}

// Editors that read the compiled graph send `undefined.schema.name` when a project has no database.
function namesOf({ target }: SelectableAction): string[] {
  const short = targetName(target);
  return [target.name, short, `${target.database ?? "undefined"}.${short}`, `undefined.${short}`];
}

function throwUnknownName(name: string, actions: readonly SelectableAction[]): never {
  const all = actions.map(({ target }) => targetName(target));
  const known = name.includes(".") ? all : actions.map(({ target }) => target.name);
  throw notFound(
    `no action is named "${name}"`,
    nearestNames(name, known),
    "`dataform compile` lists all actions",
  );
}

function throwUnknownTag(tag: string, actions: readonly SelectableAction[]): never {
  const known = [...new Set(actions.flatMap(({ tags }) => tags))].sort();
  const otherwise = known.length > 0 ? `tags: ${known.join(", ")}` : "no action has a tag";
  throw notFound(`no tag is named "${tag}"`, nearestNames(tag, known), otherwise);
}

function throwUnknownPath(path: string, actions: readonly SelectableAction[]): never {
  const files = [...new Set(actions.map(({ fileName }) => fileName))];
  const paths = path.endsWith("/") ? foldersOf(files) : [...files, ...foldersOf(files)];
  throw notFound(
    `no action is defined in "${path}"`,
    nearestPaths(path, paths),
    `folders: ${foldersOf(files).join(", ")}`,
  );
}

function foldersOf(files: readonly string[]): string[] {
  const folders = files.flatMap((file) =>
    [...file.matchAll(/\//g)].map(({ index }) => file.slice(0, index + 1)),
  );
  return [...new Set(folders)].sort();
}

// The folder of a path is often forgotten or wrong, and its name then still is nearly right.
function nearestPaths(path: string, known: string[]): string[] {
  const near = nearestNames(path, known);
  if (near.length > 0) return near;
  const base = (each: string) => /[^/]*\/?$/.exec(each)?.[0] ?? each;
  const bases = nearestNames(base(path), known.map(base));
  return known.filter((each) => bases.includes(base(each))).slice(0, 3);
}

function notFound(message: string, near: string[], otherwise: string): RunnerError {
  const hint = near.length > 0 ? `did you mean ${near.join(", ")}?` : otherwise;
  return new RunnerError("SELECTION_EMPTY", message, { hint });
}
