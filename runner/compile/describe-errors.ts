import { realpathSync } from "node:fs";
import path from "node:path";
import { nearestNames } from "../nearest-names.ts";
import { targetName } from "../target.ts";
import { actionsOf, type CompilationError, type CompiledGraph } from "./compiled-graph.ts";
import { nearestInConfig } from "./config-keys.ts";
import { findCycle } from "./find-cycle.ts";

/** A compilation error in words for a person. */
export interface DescribedError {
  kind: "cycle" | "unsupported" | "other";
  /** `definitions/orders.sqlx:7`, or the file alone when the line is not known. */
  place: string | undefined;
  message: string;
}

/** Takes a compiled graph and returns its errors in words; what core says twice is there once. */
export function describeErrors(graph: CompiledGraph, projectDir: string): DescribedError[] {
  const errors = graph.graphErrors?.compilationErrors ?? [];
  const names = actionsOf(graph).flatMap(({ action: { target } }) => [
    target.name,
    targetName(target),
  ]);
  const described = withoutEchoes(errors).map((error) => ({
    ...describe(error, graph, names),
    place: placeOf(error, projectDir),
  }));
  const texts = described.map(({ place, message }) => `${place}: ${message}`);
  return described.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}

/**
 * Two actions of one name make core stumble over every mention of it: the two are enough. A query is
 * empty because of what the same file threw before.
 */
function withoutEchoes(errors: readonly CompilationError[]): CompilationError[] {
  const doubled = new Set(
    errors.flatMap(({ message, actionTarget }) =>
      isDuplicate(message) && actionTarget ? targetName(actionTarget) : [],
    ),
  );
  return errors.filter(({ fileName, message }) => {
    if (message === "The query is empty") {
      return !errors.some((other) => other.fileName === fileName && other.message !== message);
    }
    const candidates = /^Ambiguous Action name: .* Did you mean one of: (.*)\.$/s.exec(
      message,
    )?.[1];
    const names = new Set(candidates?.split(", "));
    return names.size !== 1 || ![...names].every((name) => doubled.has(name));
  });
}

function isDuplicate(message: string): boolean {
  return /^Duplicate (action name|canonical target)/.test(message);
}

/** What is said of a property graph, which this version of core does not know. */
export const noPropertyGraph = "A property graph cannot run on PostgreSQL";

/** Where an error is, relative to the project: the first line of its stack says the line. */
function placeOf({ fileName, stack = "" }: CompilationError, projectDir: string) {
  const [, file, line] = /^(.*):(\d+)$/.exec(stack.split("\n")[0] ?? "") ?? [];
  if (file === undefined) return fileName;
  return `${path.relative(realpathSync(projectDir), file)}:${line}`;
}

function describe(error: CompilationError, graph: CompiledGraph, names: string[]) {
  const { message, actionTarget: target } = error;
  if (message.startsWith("Circular dependency")) {
    const cycle = target && findCycle(graph, target)?.map(targetName).join(" -> ");
    return {
      kind: "cycle",
      message: `Actions depend on each other in a circle: ${cycle}`,
    } as const;
  }
  const missing = missingName(message);
  if (missing !== undefined) {
    const why = brokenFile(missing, graph) ?? suggestion(missing, names);
    return { kind: "other", message: `There is no action ${missing}${why}` } as const;
  }
  const words = reword(error);
  const isUnsupported = words.includes("cannot run on PostgreSQL");
  return { kind: isUnsupported ? "unsupported" : "other", message: words } as const;
}

/** An action that is missing only because its own file has an error. */
function brokenFile(missing: string, { graphErrors }: CompiledGraph): string | undefined {
  const name = missing.slice(missing.lastIndexOf(".") + 1);
  const broken = graphErrors?.compilationErrors?.find(
    ({ fileName = "", message }) =>
      path.basename(fileName, ".sqlx") === name && missingName(message) === undefined,
  );
  return broken === undefined ? undefined : `, because ${broken.fileName} has an error`;
}

/** Names that are written alike, after those that differ in the schema alone. */
function suggestion(missing: string, names: string[]): string {
  const dot = missing.lastIndexOf(".");
  const elsewhere = dot < 0 ? [] : names.filter((each) => each.endsWith(missing.slice(dot)));
  const nearest = [...new Set([...elsewhere, ...nearestNames(missing, names)])].slice(0, 3);
  return nearest.length === 0 ? "" : `; did you mean ${nearest.join(", ")}?`;
}

function reword({ message, actionTarget }: CompilationError): string {
  if (isDuplicate(message) && actionTarget) {
    return `More than one action makes ${targetName(actionTarget)}`;
  }
  if (message.startsWith("Access to this API has been restricted")) {
    return "The project's code may read files of the project, but not others, write none and start nothing";
  }
  if (message.startsWith('Unexpected property "propertyGraph"')) return noPropertyGraph;
  const yaml = /is not a valid YAML file: YAMLException: (.*) \(\d+:\d+\)$/m.exec(message)?.[1];
  if (yaml !== undefined) return `Not valid YAML: ${yaml}`;
  const meant = nearestInConfig(message);
  return meant === undefined ? message : `${message.replace(/\.$/, "")}. Did you mean ${meant}?`;
}

/** Core names what it did not find as a plain name or as the JSON of a target. */
function missingName(message: string): string | undefined {
  const written =
    /^Missing dependency detected: .* depends on "(.*)" which does not exist$/s.exec(
      message,
    )?.[1] ?? /^Could not resolve (.*)$/s.exec(message)?.[1];
  if (written === undefined) return undefined;
  try {
    const target = JSON.parse(written) as string | { schema?: string; name: string };
    if (typeof target === "string") return target;
    return target.schema ? `${target.schema}.${target.name}` : target.name;
  } catch {
    return written;
  }
}
