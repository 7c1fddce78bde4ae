import { maxNameBytes } from "../../names/fitting-name.js";
import { endsInSemicolon, isBlankSql } from "../../sql/comments.ts";
import { targetKey, targetName } from "../../target.ts";
import {
  actionsOf,
  type CompilationError,
  type CompiledEntry,
  type CompiledGraph,
  type CompiledTable,
} from "../compiled-graph.ts";
import { locateErrors } from "../compiler-process/errors/locate-errors.js";
import type { SettingsProblems } from "../settings/with-settings.ts";

type Problem = string | undefined;

/**
 * Takes a compiled graph and the problems with its settings; returns the graph with errors of our
 * own added to core's: what core accepts and PostgreSQL would refuse, cut or run wrongly.
 */
export function checkGraph(
  graph: CompiledGraph,
  settings: SettingsProblems,
  projectDir: string,
): CompiledGraph {
  const entries = actionsOf(graph);
  const fromCore = withoutFalseAlarms(graph, entries);
  const errors = [
    ...entries.flatMap((entry) => errorsOf(entry, settings)),
    ...sameRelations(entries),
    ...lookAlikes(entries),
  ];
  if (errors.length === 0 && fromCore === graph.graphErrors?.compilationErrors) return graph;
  locateErrors(errors, projectDir);
  return { ...graph, graphErrors: { compilationErrors: [...(fromCore ?? []), ...errors] } };
}

/** Core takes a semicolon for the end of a statement that is the end of a comment. */
function withoutFalseAlarms(graph: CompiledGraph, entries: CompiledEntry[]) {
  const errors = graph.graphErrors?.compilationErrors;
  const isFalse = ({ message, fileName }: CompilationError) =>
    message.startsWith("Semi-colons are not allowed") &&
    !entries.some(({ action }) => action.fileName === fileName && hasSemicolon(action));
  return errors?.some(isFalse) ? errors.filter((error) => !isFalse(error)) : errors;
}

function hasSemicolon(action: CompiledEntry["action"]): boolean {
  const { query, incrementalQuery, where } = action as CompiledTable;
  return [query, incrementalQuery, where].some((sql) => endsInSemicolon(sql ?? ""));
}

function errorsOf(entry: CompiledEntry, settings: SettingsProblems): CompilationError[] {
  const problems: Problem[] = [
    unsupported(entry),
    emptyQuery(entry),
    ...(["schema", "name"] as const).map((part) => badName(part, entry)),
    nulIn(entry.action, "action"),
    ...(settings.get(entry.action) ?? []),
  ];
  return problems.filter((problem) => problem !== undefined).map((what) => asError(entry, what));
}

function unsupported({ type, action }: CompiledEntry): Problem {
  if (action.disabled) return undefined;
  if (type === "notebook") return "A notebook cannot run on PostgreSQL";
  if (type === "dataPreparation") return "A data preparation cannot run on PostgreSQL";
  const isIceberg = "bigquery" in action && action.bigquery?.tableFormat === "ICEBERG";
  return isIceberg ? "An Iceberg table cannot run on PostgreSQL" : undefined;
}

function emptyQuery({ type, action }: CompiledEntry): Problem {
  if (action.disabled || ("jitCode" in action && action.jitCode)) return undefined;
  if (type === "incremental" && "incrementalQuery" in action) {
    if (isBlankSql(action.incrementalQuery ?? ""))
      return "The query is empty when the table exists";
  }
  const hasQuery =
    type === "table" || type === "view" || type === "incremental" || type === "assertion";
  return hasQuery && isBlankSql(("query" in action && action.query) || "")
    ? "The query is empty"
    : undefined;
}

/** Nothing in the database has the name of an action that is disabled or has no output. */
function isInDatabase({ type, action }: CompiledEntry): boolean {
  return !action.disabled && (type !== "operation" || (action.hasOutput ?? false));
}

function badName(part: "schema" | "name", entry: CompiledEntry): Problem {
  const value = entry.action.target[part] ?? "";
  if (value === "") {
    if (part === "schema" && !isInDatabase(entry)) return undefined;
    return part === "schema"
      ? "The action has no schema: set defaultSchema (defaultDataset) in the project's settings"
      : "The action has no name";
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    return `The ${part} ${JSON.stringify(value)} holds a control character`;
  }
  // Half a character: UTF-8 cannot write it, and all of them would become the same name.
  if (/\p{Surrogate}/u.test(value)) {
    return `The ${part} ${JSON.stringify(value)} holds half a character`;
  }
  const bytes = isInDatabase(entry) ? Buffer.byteLength(value) : 0;
  return bytes > maxNameBytes
    ? `The ${part} "${value}" is ${bytes} bytes long; PostgreSQL keeps ${maxNameBytes}`
    : undefined;
}

/** NUL, which no text in PostgreSQL can hold; `badName` reports names that contain it. */
function nulIn(value: unknown, place: string): Problem {
  if (typeof value === "string") {
    return value.includes("\0")
      ? `The ${place} holds a NUL character, which no text in PostgreSQL can`
      : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (/target$/i.test(key)) continue;
    const found = nulIn(key, place) ?? nulIn(member, Array.isArray(value) ? place : key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * For core, targets that differ only by their database are different; in one PostgreSQL database they
 * are the same relation.
 */
function sameRelations(entries: CompiledEntry[]): CompilationError[] {
  const seen = new Map<string, CompiledEntry>();
  return entries.flatMap((entry) => {
    const key = targetKey(entry.action.target);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, entry);
      return [];
    }
    const name = targetName(entry.action.target);
    const other = first.action.fileName ?? "another file";
    return [asError(entry, `Duplicate action name detected: ${name} is also made by ${other}`)];
  });
}

/** Names that differ but look the same: by blanks around them, or by how é is encoded. */
function lookAlikes(entries: CompiledEntry[]): CompilationError[] {
  const seen = new Map<string, CompiledEntry>();
  return entries.flatMap((entry) => {
    const { target } = entry.action;
    const key = JSON.stringify([visible(target.schema), visible(target.name)]);
    const first = seen.get(key);
    seen.set(key, first ?? entry);
    if (first === undefined || targetKey(first.action.target) === targetKey(target)) return [];
    const names = [first.action.target, target].map((each) => escaped(targetName(each)));
    return [asError(entry, `${names.join(" and ")} look the same: give one of them another name`)];
  });
}

function visible(name = ""): string {
  return name
    .normalize("NFC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/\s+/g, " ")
    .trim();
}

function escaped(name: string): string {
  const code = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
  return `"${name.replace(/[^\x20-\x7e]/gu, code)}"`;
}

function asError({ action }: CompiledEntry, message: string): CompilationError {
  return {
    ...(action.fileName === undefined ? {} : { fileName: action.fileName }),
    actionName: action.target.schema ? targetName(action.target) : action.target.name,
    actionTarget: action.target,
    message,
  };
}
