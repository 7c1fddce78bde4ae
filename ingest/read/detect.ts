import { FileRefused } from "../failure.ts";
import { nestedArchive, refusedPacked } from "../files/archive-errors.ts";
import { isGzip, isZip } from "../files/entries.ts";
import { limits } from "../files/limits.ts";
import { peek } from "../files/peek.ts";
import { documentFormats, knownFormats } from "../formats/documents.ts";
import { findTable, tableOf } from "../formats/tables.ts";
import { withoutMark } from "../text/decode.ts";
import { parseLooseJson } from "../text/loose-json.ts";
import { fromUtf16, utf16Of } from "../text/utf16.ts";
import type { FileReader } from "./file-reader.ts";
import { readCsv } from "./read-csv.ts";
import { readEdn } from "./read-edn.ts";
import { readJson } from "./read-json.ts";
import { readJunit } from "./read-junit.ts";
import { readNdjson } from "./read-ndjson.ts";
import { readYaml } from "./read-yaml.ts";

const headBytes = 64 * 1024;

/** A file of a known kind, with all of its bytes. */
export interface DetectedFile {
  read: FileReader;
  chunks: AsyncIterable<Buffer>;
}

/** Readers of formats that are not documents. */
const ownReaders: Record<string, FileReader> = { csv: readCsv, junit: readJunit };

/**
 * Finds out by its first bytes how a file is read. Throws `FileRefused` when it is of no known kind,
 * or of another than `format` is.
 */
export async function detect(bytes: AsyncIterable<Buffer>, format?: string): Promise<DetectedFile> {
  const detected = await detectKind(bytes);
  const own = format === undefined ? undefined : ownReaders[format];
  const isOwn = Object.values(ownReaders).includes(detected.read);
  if (format !== undefined && (own ?? detected.read) !== detected.read) throw otherFormat(format);
  if (format !== undefined && own === undefined && isOwn) throw otherFormat(format);
  return detected;
}

/** Names of the formats, as `--format` takes them. */
export const formatNames: readonly string[] = [
  ...Object.keys(ownReaders),
  ...documentFormats.map(({ name }) => name),
].sort();

async function detectKind(bytes: AsyncIterable<Buffer>): Promise<DetectedFile> {
  const { head, chunks } = await peek(bytes, headBytes);
  // the file was unpacked already
  if (isGzip(head) || isZip(head)) throw nestedArchive();
  const packed = refusedPacked(head);
  if (packed !== undefined) throw packed;
  const encoding = utf16Of(head);
  if (encoding !== undefined) return await detectKind(fromUtf16(chunks, encoding));
  const read = readerFor(withoutMark(head).toString("utf8"), head.length < headBytes);
  if (read !== undefined) return { read, chunks };
  // the first line of NDJSON may be longer than the head
  const more = await peek(chunks, limits.recordBytes);
  return {
    read: isNdjson(more.head.toString("utf8")) ? readNdjson : readJson,
    chunks: more.chunks,
  };
}

function readerFor(head: string, isWhole: boolean): FileReader | undefined {
  const start = head.trimStart();
  if (start === "") {
    throw new FileRefused(isWhole ? "the file is empty" : "the file begins with blanks alone");
  }
  if (start.startsWith("<")) {
    if (page.test(start)) throw webPage();
    return readJunit;
  }
  if (/^(;[^\n]*\n\s*)*(#[\w.:/-]+\s*)?\{\s*:/.test(start)) return readEdn;
  if (start.startsWith("{") || start.startsWith("[")) {
    if (isNdjson(start)) return readNdjson;
    return isWhole || start.includes("\n") ? readJson : undefined;
  }
  return plainReader(start);
}

const page = /^(<\?xml[^>]*>|<!--.*?-->|\s)*<(!doctype\s+html|html|head|body)\b/is;

/** A reader for what begins with neither a bracket nor a tag. */
function plainReader(start: string): FileReader {
  const [line = ""] = start.replace(/^sep=.\r?\n/i, "").split("\n", 1);
  const macLines = line.replace(/\r$/, "").split("\r");
  if (macLines.length > 1 && tableOf(macLines[0] ?? "") !== undefined) {
    throw new FileRefused(
      "its lines end with a carriage return alone",
      "Convert it: tr '\\r' '\\n' < <file>.",
    );
  }
  if (start.startsWith("Name:") && /^(API Version|Kind):\s/m.test(start)) {
    throw new FileRefused(
      "this is what kubectl describe prints for people, and no data",
      "Give what kubectl get -o json prints.",
    );
  }
  if (/^(TAP version \d|\d+\.\.\d+|(not )?ok \d)/.test(start)) {
    throw new FileRefused(
      "TAP says of no test when it ran",
      "Most test tools can write JUnit XML.",
    );
  }
  if (findTable(start) !== undefined) return readCsv;
  if (/^(---|%YAML|#[^\n]*\n|["\w][\w./"-]*:(\s|$))/.test(start)) return readYaml;
  throw new FileRefused("no known format of results", knownFormats);
}

function otherFormat(format: string): FileRefused {
  return new FileRefused(`no results of the format ${format}`);
}

/** More than one line, and the first is a document by itself. */
function isNdjson(start: string): boolean {
  const end = start.indexOf("\n");
  const line = start.slice(0, Math.max(0, end)).trimEnd();
  // most documents end their first line with a bracket that they open
  if (!/[}\]]$/.test(line.slice(-1)) || start.slice(end).trim() === "") return false;
  try {
    parseLooseJson(line);
    return true;
  } catch {
    return false;
  }
}

function webPage(): FileRefused {
  return new FileRefused(
    "this is an HTML page, and no file of results",
    "Did the download give an error page, or a page to sign in?",
  );
}
