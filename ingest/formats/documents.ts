import { FileRefused } from "../failure.ts";
import type { Mapped } from "../mapped.ts";
import { isObject } from "../values/shape.ts";
import { allure } from "./allure.ts";
import { awsFis } from "./aws-fis.ts";
import { azureChaos } from "./azure-chaos.ts";
import { canonicalDocument } from "./canonical-document.ts";
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

/** Where the results of a document stand when it wraps them, as lists of APIs and examples do. */
const wrappers = [
  "items",
  "value",
  "executions",
  "experimentRuns",
  "data",
  "responses",
  "200",
  "body",
];
const deepestWrapper = 6;

/** Rows of a document, and the format that read it. */
export interface ReadDocument {
  format: string;
  rows: Iterable<Mapped>;
}

/**
 * The results in a document: its own, or those that it wraps. Yields one for each result document.
 * Throws `FileRefused` when there is none, with the reason when it is a relative of a known format.
 * `only`: the format that it has to be.
 */
export function* readDocuments(
  document: unknown,
  context: FormatContext,
  only?: DocumentFormat,
): Generator<ReadDocument> {
  const reasons: string[] = [];
  let found = 0;
  for (const read of search(document, context, only, reasons, 0)) {
    found += 1;
    yield read;
  }
  if (found > 0) return;
  const [reason] = reasons;
  if (reason !== undefined) throw new FileRefused(`no results: it is ${reason}`);
  throw new FileRefused(
    only === undefined ? "no known format of results" : `no results of the format ${only.name}`,
    "See docs/ingest.md for the formats that are read.",
  );
}

function* search(
  document: unknown,
  context: FormatContext,
  only: DocumentFormat | undefined,
  reasons: string[],
  depth: number,
): Generator<ReadDocument> {
  if (depth > deepestWrapper) return;
  if (Array.isArray(document)) {
    for (const each of document) yield* search(each, context, only, reasons, depth + 1);
    return;
  }
  if (!isObject(document)) return;
  for (const format of only === undefined ? documentFormats : [only]) {
    const verdict = format.recognise(document);
    if (verdict === true) {
      yield { format: format.name, rows: format.map(document, context) };
      return;
    }
    if (verdict !== false) reasons.push(verdict);
  }
  for (const key of wrappers) {
    if (Object.hasOwn(document, key)) {
      yield* search(document[key], context, only, reasons, depth + 1);
    }
  }
}
