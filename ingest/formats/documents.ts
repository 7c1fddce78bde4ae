import { ValiError } from "valibot";
import { FileRefused } from "../failure.ts";
import type { Mapped, SetAside } from "../mapped.ts";
import { isObject } from "../values/shape.ts";
import { allure } from "./allure.ts";
import { awsFis } from "./aws-fis.ts";
import { azureChaos } from "./azure-chaos.ts";
import { canonicalDocument, namesTest } from "./canonical-document.ts";
import { chaosMesh } from "./chaos-mesh.ts";
import { chaosToolkit } from "./chaostoolkit.ts";
import type { DocumentFormat, FormatContext } from "./format.ts";
import { jepsen } from "./jepsen.ts";
import { k6 } from "./k6.ts";
import { krkn } from "./krkn.ts";
import { litmus } from "./litmus.ts";
import { steadybit } from "./steadybit.ts";
import { upptime } from "./upptime.ts";

/** The formats that are documents, in the order in which they are tried. */
export const documentFormats: readonly DocumentFormat[] = [
  chaosToolkit,
  krkn,
  litmus,
  awsFis,
  azureChaos,
  chaosMesh,
  k6,
  steadybit,
  jepsen,
  upptime,
  allure,
  canonicalDocument,
];

/** What to say where no format fits. */
export const knownFormats = `Read are csv, junit, ${documentFormats.map(({ name }) => name).join(", ")}. Of a table, the first line has to name the columns: --template csv shows them.`;

/** Where the results of a document stand when it wraps them, as lists of APIs and examples do. */
const wrappers = [
  "items",
  "value",
  "executions",
  "experiments",
  "content",
  "data",
  "getExperimentRun",
  "listExperimentRun",
  "experimentRuns",
  "listWorkflowRuns",
  "workflowRuns",
  "getWorkflowRuns",
  "workflow_runs",
  "result",
  "results",
  "journal",
  "journals",
  "experimentExecution",
  "responses",
  "200",
  "body",
  "tests",
  "runs",
  "drills",
  "exercises",
  "outages",
  // Elasticsearch, to which krkn sends its telemetry
  "hits",
  "_source",
];
const deepestWrapper = 6;

/** Rows of a document, and the format that read it. */
export interface ReadDocument {
  format: string;
  rows: Iterable<Mapped>;
}

/**
 * The results in a document: its own, or those that it wraps. Yields one for each result document, and
 * one for the entries that are none in a list with results. Throws `FileRefused` when there is no result,
 * with the reason when it is a relative of a known format. `only`: the format that it has to be.
 */
export function* readDocuments(
  document: unknown,
  context: FormatContext,
  only?: DocumentFormat,
): Generator<ReadDocument> {
  const reasons: string[] = [];
  if (yield* search(document, { context, formats: only ? [only] : documentFormats, reasons }, 0)) {
    return;
  }
  const reason = reasons[0] ?? (isEmptyList(document) ? "an empty list" : undefined);
  if (reason !== undefined) throw new FileRefused(`no results: it is ${reason}`);
  throw new FileRefused(
    only === undefined ? "no known format of results" : `no results of the format ${only.name}`,
    knownFormats,
  );
}

/** What an API or kubectl answers when there is nothing: a list, by itself or wrapped, without an entry. */
function isEmptyList(document: unknown): boolean {
  const lists = isObject(document) ? wrappers.map((key) => document[key]) : [document];
  return lists.some((each) => Array.isArray(each) && each.length === 0);
}

interface Search {
  context: FormatContext;
  formats: readonly DocumentFormat[];
  /** The reasons why documents hold no result, where a format gives them. */
  reasons: string[];
}

/** Gives whether there was a result. */
function* search(
  document: unknown,
  using: Search,
  depth: number,
): Generator<ReadDocument, boolean> {
  if (depth > deepestWrapper) return false;
  if (Array.isArray(document)) return yield* searchList(document, using, depth);
  if (!isObject(document)) return false;
  for (const format of using.formats) {
    const verdict = format.recognise(document);
    if (verdict === true) {
      // a test that has parts is one
      const isSummary = format === canonicalDocument && !namesTest(document);
      if (isSummary) return yield* searchSummary(document, using, depth);
      yield { format: format.name, rows: rowsOf(format, document, using.context) };
      return true;
    }
    if (verdict === false) continue;
    // a relative of a known format is no row of a format that asks for less
    using.reasons.push(verdict);
    break;
  }
  return yield* searchWrapped(document, using, depth);
}

/** What is said of all results of a list is none beside them. */
function* searchSummary(
  document: Record<string, unknown>,
  using: Search,
  depth: number,
): Generator<ReadDocument, boolean> {
  if (wraps(document) && (yield* searchWrapped(document, using, depth))) return true;
  const rows = rowsOf(canonicalDocument, document, using.context);
  yield { format: canonicalDocument.name, rows };
  yield* unreadLists(document);
  return true;
}

function wraps(document: Record<string, unknown>): boolean {
  return wrappers.some((key) => typeof document[key] === "object" && document[key] !== null);
}

function* searchWrapped(
  document: Record<string, unknown>,
  using: Search,
  depth: number,
): Generator<ReadDocument, boolean> {
  let isFound = false;
  for (const key of wrappers) {
    if (!Object.hasOwn(document, key)) continue;
    if (yield* search(document[key], using, depth + 1)) isFound = true;
  }
  if (isFound) yield* unreadLists(document);
  return isFound;
}

/**
 * Sets the lists of an object aside that hold results, and stand where nobody looks for results: `failures` beside
 * `results`. They may repeat others or not.
 */
function* unreadLists(document: Record<string, unknown>): Generator<ReadDocument> {
  for (const [key, value] of Object.entries(document)) {
    if (!Array.isArray(value) || wrappers.includes(key)) continue;
    const count = value.filter((each) => canonicalDocument.recognise(each) === true).length;
    if (count === 0) continue;
    const detail = `results in the list ${JSON.stringify(key)}, which is not read: ${count}`;
    yield { format: "unknown", rows: [{ kind: "setAside", reason: "unread_list", detail }] };
  }
}

/** The rows of a document; parts with a shape that the tool does not write are set aside. */
function* rowsOf(
  format: DocumentFormat,
  document: unknown,
  context: FormatContext,
): Generator<Mapped> {
  try {
    yield* format.map(document, context);
  } catch (error) {
    if (!(error instanceof ValiError)) throw error;
    const detail = `${format.name}: ${error.message}`;
    yield { kind: "setAside", reason: "bad_value", detail };
  }
}

function* searchList(
  list: readonly unknown[],
  using: Search,
  depth: number,
): Generator<ReadDocument, boolean> {
  const others: SetAside[] = [];
  for (const [index, each] of list.entries()) {
    const reasons: string[] = [];
    if (yield* search(each, { ...using, reasons }, depth + 1)) continue;
    using.reasons.push(...reasons);
    const detail = `entry ${index + 1}: ${reasons[0] ?? "no known format of results"}`;
    others.push({ kind: "setAside", reason: "unknown_format", detail });
  }
  const isFound = others.length < list.length;
  if (isFound && others.length > 0) yield { format: "unknown", rows: others };
  return isFound;
}
