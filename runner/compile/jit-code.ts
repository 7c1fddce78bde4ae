import type { Target } from "../target.ts";
import type { CompiledGraph } from "./compiled-graph.ts";
import { plainStruct } from "./settings/plain-struct.ts";

/** Kinds of actions whose SQL may be made by code during the run. */
export type JitType = "table" | "view" | "incremental" | "operation" | "assertion";

/** The code of an action that makes its SQL during the run, with its input. */
export interface JitRequest {
  /** Source of an async function of one argument. */
  code: string;
  type: JitType;
  target: Target;
  /** The only relations that it may refer to, beside its own. */
  dependencies: Target[];
  /** What the project gave to `jitData`. */
  data: Record<string, unknown>;
  executionData?: unknown;
}

/** What the code returned: for an incremental table both ways of filling it. */
export interface JitResult {
  regular: unknown;
  incremental?: unknown;
}

/** The request for the code of an action; `jitData` is copied from the compiled graph. */
export function jitRequestOf(
  code: string,
  { target, type, dependencyTargets }: Pick<JitAction, "target" | "type" | "dependencyTargets">,
  jitData: unknown,
): JitRequest {
  return { code, type, target, dependencies: dependencyTargets, data: plainStruct(jitData) ?? {} };
}

interface JitAction {
  target: Target;
  type: JitType;
  dependencyTargets: Target[];
}

/**
 * Takes the graph, an action and the result of its code; returns a graph of only that action, as if
 * its SQL had been written in the file. Throws an `Error` when the result is not SQL.
 */
export function withJitResult(graph: CompiledGraph, target: Target, result: JitResult) {
  const isIt = (action: { target: Target }) =>
    action.target.schema === target.schema && action.target.name === target.name;
  const { regular, incremental } = result;
  const { projectConfig } = graph;
  return {
    projectConfig,
    tables: graph.tables?.filter(isIt).map((table) => ({
      ...withoutJit(table),
      ...tableParts(regular),
      ...(incremental === undefined ? {} : incrementalParts(incremental)),
    })),
    operations: graph.operations
      ?.filter(isIt)
      .map((operation) => ({ ...withoutJit(operation), queries: queriesOf(regular) })),
    assertions: graph.assertions
      ?.filter(isIt)
      .map((assertion) => ({ ...withoutJit(assertion), query: tableParts(regular).query })),
  } as CompiledGraph;
}

function withoutJit<T extends { jitCode?: string }>({ jitCode: _, ...action }: T) {
  return action;
}

function tableParts(result: unknown): { query: string; preOps: string[]; postOps: string[] } {
  const parts = typeof result === "string" ? { query: result } : result;
  const { query, preOps, postOps } = (parts ?? {}) as Record<string, unknown>;
  if (typeof query !== "string" || query.trim() === "") {
    throw new Error("its code must return a query, or an object with a query");
  }
  return { query, preOps: texts(preOps ?? [], "preOps"), postOps: texts(postOps ?? [], "postOps") };
}

function incrementalParts(result: unknown) {
  const { query, preOps, postOps } = tableParts(result);
  return { incrementalQuery: query, incrementalPreOps: preOps, incrementalPostOps: postOps };
}

function queriesOf(result: unknown): string[] {
  if (typeof result === "string") return [result];
  if (Array.isArray(result)) return texts(result, "queries");
  return texts((result as { queries?: unknown } | null)?.queries, "queries");
}

function texts(value: unknown, name: string): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
  throw new Error(`its code must return ${name} as a list of texts`);
}
