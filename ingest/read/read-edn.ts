import { parseEDNString } from "edn-data";
import { FileRefused } from "../failure.ts";
import { refuseDepth } from "../text/depth.ts";
import { readDocument } from "../text/read-document.ts";
import type { FileReader } from "./file-reader.ts";
import { piecesOf } from "./read-json.ts";

/** Reads a file that is one EDN document. */
export const readEdn: FileReader = async function* (chunks, options) {
  yield* piecesOf(parseEdn(await readDocument(chunks)), options);
};

function parseEdn(text: string): unknown {
  refuseDepth(text);
  let parsed: unknown;
  try {
    const as = { mapAs: "object", keywordAs: "string", setAs: "array", listAs: "array" } as const;
    parsed = parseEDNString(withoutOddValues(text), as);
  } catch (error) {
    throw new FileRefused(
      `this is no EDN: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  // the parser does not report a document that was cut off
  if (parsed === null || parsed === undefined) throw new FileRefused("the EDN is cut off");
  return plain(parsed);
}

/**
 * What Clojure prints and EDN does not know, as it does: NaN and infinity (`##NaN`, `##Inf`), at which the parser
 * stops, patterns (`#"a\d"`) and names of variables (`#'a/b`).
 */
function withoutOddValues(text: string): string {
  if (!/#["'#]/.test(text)) return text;
  return text.replace(/#?"(?:[^"\\]|\\.)*"|##-?\w+|#'/gs, (part) => {
    if (part.startsWith('#"')) return part.slice(1).replace(/\\(["\\]|.)/gs, asText);
    return part.startsWith("##") ? "nil" : part.replace("#'", "");
  });
}

/** An escape of a pattern as those of a text that stand for it. */
function asText(whole: string, escaped: string): string {
  return /["\\]/.test(escaped) ? whole : `\\${whole}`;
}

/** EDN's further types as JSON knows them: large numbers as text, tagged values without their tag. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("tag" in value && "val" in value && Object.keys(value).length === 2) return plain(value.val);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}
