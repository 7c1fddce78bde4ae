import { realpathSync } from "node:fs";
import path from "node:path";
import { nearestNames } from "../nearest-names.ts";
import { targetName } from "../target.ts";
import { actionsOf, type CompilationError, type CompiledGraph } from "./compiled-graph.ts";
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
  const described = errors.map((error) => ({
    ...describe(error, graph, names),
    place: placeOf(error, projectDir),
  }));
  const texts = described.map(({ place, message }) => `${place}: ${message}`);
  return described.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
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
    const nearest = nearestNames(missing, names).join(", ");
    const suggestion = nearest === "" ? "" : `; did you mean ${nearest}?`;
    return { kind: "other", message: `There is no action ${missing}${suggestion}` } as const;
  }
  const words = reword(error);
  const isUnsupported = words.includes("cannot run on PostgreSQL");
  return { kind: isUnsupported ? "unsupported" : "other", message: words } as const;
}

function reword({ message, actionTarget }: CompilationError): string {
  if (/^Duplicate (action name|canonical target)/.test(message) && actionTarget) {
    return `More than one action makes ${targetName(actionTarget)}`;
  }
  if (message.startsWith("Access to this API has been restricted")) {
    return "The project's code may read files of the project, but not others, write none and start nothing";
  }
  if (message.startsWith('Unexpected property "propertyGraph"')) return noPropertyGraph;
  const yaml = /is not a valid YAML file: YAMLException: (.*) \(\d+:\d+\)$/m.exec(message)?.[1];
  return yaml === undefined ? message : `Not valid YAML: ${yaml}`;
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
