import { realpathSync } from "node:fs";
import path from "node:path";
import type { RunnerError } from "../../errors.ts";
import { targetName } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import { actionsOf, type CompilationError, type CompiledGraph } from "../compiled-graph.ts";
import { nearestInConfig, settingOfOtherVersion, wantedValue } from "./config-keys.ts";
import { missingName, withoutConsequences } from "./error-consequences.ts";
import { findCycle } from "./find-cycle.ts";

/**
 * Takes a compiled graph and its project folder (a real path) and returns the graph's errors in
 * plain words, without duplicates and without errors that only follow from another one. Errors that
 * were described before are unchanged.
 */
export function describeErrors(graph: CompiledGraph, projectDir: string): CompilationError[] {
  const errors = graph.graphErrors?.compilationErrors ?? [];
  const names = actionsOf(graph).flatMap(({ action: { target } }) => [
    target.name,
    targetName(target),
  ]);
  const described = withoutConsequences(withoutEchoes(errors), projectDir).map((error) =>
    withMessage(error, describe(error, graph, names)),
  );
  const texts = described.map((error) => `${placeOf(error, projectDir)}: ${error.message}`);
  return described.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}

/** The graph with its errors in words for a person. */
export function withDescribedErrors(graph: CompiledGraph, projectDir: string): CompiledGraph {
  if ((graph.graphErrors?.compilationErrors ?? []).length === 0) return graph;
  return { ...graph, graphErrors: { compilationErrors: describeErrors(graph, projectDir) } };
}

/** A graph with only one error, for a compilation that ended before there was a graph. */
export function failedGraph({ message, place }: RunnerError, projectDir: string): CompiledGraph {
  const file = place && path.join(realpathSync(projectDir), place.fileName);
  const error: CompilationError =
    place === undefined
      ? { message }
      : {
          fileName: place.fileName,
          message: place.message,
          stack: `${file}:${place.line ?? 1}\n${place.message}`,
        };
  return { projectConfig: {}, graphErrors: { compilationErrors: [error] } };
}

function withMessage(error: CompilationError, message: string): CompilationError {
  if (message === error.message) return error;
  const stack = error.stack?.replace(error.message, () => message);
  return { ...error, message, ...(stack !== undefined && { stack }) };
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

/** The error for a property graph, which this version of core does not know. */
export const noPropertyGraph = "A property graph cannot run on PostgreSQL";

/**
 * Where an error is: `definitions/orders.sqlx:7`, or the file alone when the line is not known.
 * The first line of its stack says the line.
 */
export function placeOf({ fileName, stack = "" }: CompilationError, projectDir: string) {
  const [, file, line] = /^(.*):(\d+)$/.exec(stack.split("\n")[0] ?? "") ?? [];
  if (file === undefined) return fileName;
  return `${path.relative(realpathSync(projectDir), file)}:${line}`;
}

function describe(error: CompilationError, graph: CompiledGraph, names: string[]): string {
  const { message, actionTarget: target } = error;
  if (message.startsWith("Circular dependency")) {
    const cycle = target && findCycle(graph, target)?.map(targetName).join(" -> ");
    return `${circle}: ${cycle}`;
  }
  const missing = missingName(message);
  if (missing === undefined) return misreadName(message, graph) ?? reword(error);
  return `There is no action ${missing}${suggestion(missing, names)}`;
}

const circle = "Actions depend on each other in a circle";

/** `${orders}` and `ref(orders)` for the action of that name. */
function misreadName(message: string, graph: CompiledGraph): string | undefined {
  const isAction = ({ action: { target } }: ReturnType<typeof actionsOf>[number]) =>
    message === `${target.name} is not defined`;
  const target = actionsOf(graph).find(isAction)?.action.target;
  return target && `${message}: for the action of that name write ref("${target.name}")`;
}

/** What kind of error a described one is; a run's exit code depends on it. */
export function kindOf({ message }: CompilationError): "cycle" | "unsupported" | "other" {
  if (message.startsWith(circle)) return "cycle";
  return message.includes("cannot run on PostgreSQL") ? "unsupported" : "other";
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
  if (/^Unexpected (?:identifier '[^']*'|string)$/.test(message)) {
    return `${message}; is there a comma missing before it?`;
  }
  const other = settingOfOtherVersion(message) ?? wantedValue(message);
  if (other !== undefined) return other;
  const meant = nearestInConfig(message);
  return meant === undefined ? message : `${message.replace(/\.$/, "")}. Did you mean ${meant}?`;
}
