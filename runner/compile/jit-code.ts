import { type Target, targetKey } from "../target.ts";
import type { RunnableEntry } from "./compiled-graph.ts";
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
  /** The target and the dependencies, in this order, as the project names them: without suffixes and prefixes. */
  written?: Target[];
  /** What the project gave to `jitData`. */
  data: Record<string, unknown>;
  executionData?: unknown;
}

/** What the code returned: for an incremental table both ways of filling it. */
export interface JitResult {
  regular: unknown;
  incremental?: unknown;
}

/**
 * The request for the code of an action. `jitData` is copied from the compiled graph; `written` holds by
 * `targetKey` how the project names a relation.
 */
export function jitRequestOf(
  code: string,
  { target, type, dependencyTargets }: Pick<JitAction, "target" | "type" | "dependencyTargets">,
  jitData: unknown,
  written: ReadonlyMap<string, Target>,
): JitRequest {
  return {
    code,
    type,
    target,
    dependencies: dependencyTargets,
    written: [target, ...dependencyTargets].map((each) => written.get(targetKey(each)) ?? each),
    data: plainStruct(jitData) ?? {},
  };
}

interface JitAction {
  target: Target;
  type: JitType;
  dependencyTargets: Target[];
}

/**
 * Takes an action and the result of its code; returns the action as if its SQL had been written.
 * Throws an `Error` when the result is not SQL.
 */
export function withJitResult(
  { type, action }: RunnableEntry,
  { regular, incremental }: JitResult,
): RunnableEntry {
  switch (type) {
    case "table":
    case "view":
    case "incremental": {
      const later = incremental === undefined ? {} : incrementalParts(incremental);
      return { type, action: { ...withoutJit(action), ...tableParts(regular), ...later } };
    }
    case "operation":
      return { type, action: { ...withoutJit(action), queries: queriesOf(regular) } };
    case "assertion":
      return { type, action: { ...withoutJit(action), query: tableParts(regular).query } };
  }
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
