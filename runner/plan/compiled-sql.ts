import type { CompiledEntry } from "../compile/compiled-graph.ts";
import { RunnerError } from "../errors.ts";
import { qualifiedName } from "../names/identifiers.ts";
import { targetName } from "../target.ts";

/**
 * Takes a compiled action and returns its query: for a model, an assertion or a declaration the
 * query of its current rows, for an incremental table the query that builds it completely. Throws
 * USAGE for an action without a query.
 */
export function queryOf({ type, action }: CompiledEntry): string {
  const name = targetName(action.target);
  if ("jitCode" in action && action.jitCode) throw madeLater(name);
  switch (type) {
    case "table":
    case "view":
    case "incremental":
    case "assertion":
      return action.query ?? "";
    case "declaration":
      return `select * from ${qualifiedName(action.target)}`;
    case "operation":
      throw new RunnerError("USAGE", `${name} is an operation: it has statements, and no query`, {
        hint: action.hasOutput
          ? `see its rows: dataform query 'select * from ${qualifiedName(action.target)} limit 20'`
          : `see its statements: dataform compile ${name} --sql`,
      });
    case "notebook":
    case "dataPreparation":
      throw new RunnerError("USAGE", `${name} is a ${type}, which cannot run on PostgreSQL`);
  }
}

/**
 * Takes a compiled action and returns its statements in the order in which a run sends them. With
 * `incremental`, those of an incremental table that add rows. Throws USAGE for an action without
 * statements.
 */
export function statementsOf(entry: CompiledEntry, incremental = false): string[] {
  const { type, action } = entry;
  if ("jitCode" in action && action.jitCode) throw madeLater(targetName(action.target));
  if (type === "operation") return action.queries ?? [];
  if (type === "declaration") {
    throw new RunnerError("USAGE", `${targetName(action.target)} is a declaration: it has no SQL`);
  }
  if (type !== "incremental" && type !== "table" && type !== "view") return [queryOf(entry)];
  if (type === "incremental" && incremental) {
    const query = action.incrementalQuery ?? action.query ?? "";
    return [...(action.incrementalPreOps ?? []), query, ...(action.incrementalPostOps ?? [])];
  }
  return [...(action.preOps ?? []), queryOf(entry), ...(action.postOps ?? [])];
}

function madeLater(name: string): RunnerError {
  return new RunnerError("USAGE", `${name} has JiT code: its SQL is made during the run`, {
    hint: "run it, then ask its relation: dataform query",
  });
}
