import { parse } from "csv-parse/sync";
import { FileRefused } from "../failure.ts";
import type { TableReader } from "../formats/format.ts";
import { findTable, type Table } from "../formats/tables.ts";
import type { Mapped } from "../mapped.ts";
import { blockOf, type LineBlock, lineBlocks } from "../text/line-blocks.ts";
import { slashReader } from "../values/slash-dates.ts";
import type { FileReader, Piece } from "./file-reader.ts";

/** Reads a table of which the first line names the columns. A row that cannot be read is set aside. */
export const readCsv: FileReader = async function* (chunks, { context, onNote }) {
  let table: Table | undefined;
  let reader: TableReader | undefined;
  let short = 0;
  const onShort = () => {
    short += 1;
  };
  for await (const block of withHead(lineBlocks(chunks, { quotes: true }))) {
    let body = block;
    if (table === undefined || reader === undefined) {
      const header = readHeaderLine(block);
      ({ table, body } = header);
      if (header.above.length > 0) onNote(`above the header: ${header.above.join(" / ")}`);
      const isCommaSeparated = table.delimiter === ",";
      const readTime = slashReader(block.text, context.readTime);
      reader = table.format.open(table.names, { ...context, readTime, isCommaSeparated });
      if (reader.unknown?.length) {
        onNote(`columns that are kept in the payload alone: ${reader.unknown.join(", ")}`);
      }
    }
    yield readBlock(body, table, { reader, onShort });
  }
  if (short > 0) onNote(`${short} rows end before the last columns, which count as empty`);
  if (table === undefined) throw new FileRefused("the file is empty");
  const { name: format } = table.format;
  yield (reader?.finish?.() ?? []).map((mapped) => ({ format, mapped }));
};

const headLength = 64 * 1024;

/** The blocks, with enough lines in the first one to judge the table by, however the file arrives. */
async function* withHead(blocks: AsyncIterable<LineBlock>): AsyncGenerator<LineBlock> {
  let head: LineBlock | undefined;
  let isRead = false;
  for await (const block of blocks) {
    if (isRead) {
      yield block;
      continue;
    }
    head = head === undefined ? block : blockOf(head.text + block.text, head.firstLine);
    if (head.text.length < headLength) continue;
    yield head;
    isRead = true;
  }
  if (head !== undefined && !isRead) yield head;
}

function readHeaderLine({ text, firstLine }: LineBlock) {
  const found = findTable(text);
  if (found === undefined) throw new FileRefused("the first lines hold no header of a known table");
  const { table, at, lines, above } = found;
  return { table, above, body: blockOf(text.slice(at), firstLine + lines) };
}

/** The reader of a table, and what to call for each row that ends before its last columns. */
interface Rows {
  reader: TableReader;
  onShort: () => void;
}

function readBlock(block: LineBlock, table: Table, { reader, onShort }: Rows): Piece[] {
  const pieces: Piece[] = [];
  const { names, format, write } = table;
  const isPlain = !special.test(block.text);
  // a file that was cut off ends in a value
  const cutLine = block.text.endsWith("\n") ? 0 : block.firstLine + block.lines.length - 1;
  const read = (values: string[]) => reader.read(values, write(values, isPlain));
  /** Reads a row of another length. Excel writes no delimiter where the last columns have no value in a block of rows. */
  const readOther = (values: string[], line: number): Mapped => {
    const mayEnd = format.name === "csv" && line !== cutLine && !values.some(hasLineEnd);
    const missing = names.slice(values.length).map(() => "");
    const mapped = mayEnd && missing.length > 0 ? read([...values, ...missing]) : undefined;
    if (mapped && saysEnough(mapped)) {
      onShort();
      return mapped;
    }
    const detail = `${values.length} values for ${names.length} columns`;
    return { kind: "setAside", reason: "malformed_row", detail };
  };
  const add = (values: string[], line: number) => {
    if (values.every((value) => value === "")) return;
    // a delimiter at the end of a line
    while (values.length > names.length && values.at(-1) === "") values.pop();
    const mapped = values.length === names.length ? read(values) : readOther(values, line);
    if (mapped?.kind === "setAside") pieces.push(setAside(line, mapped.reason, mapped.detail));
    else if (mapped !== undefined) pieces.push({ format: format.name, mapped });
  };
  if (block.text.includes('"')) readQuoted(block, table.delimiter, add, pieces);
  else readPlain(block, table, add);
  return pieces;
}

/** Whether a row says what nobody can do without: whose it is, when it was, and what came of a test. */
function saysEnough(mapped: Mapped): boolean {
  if (mapped.kind === "setAside" || mapped.start === null) return false;
  const { hints, appId = null } = mapped;
  const isNamed = hints.ownName !== null || appId !== null;
  if (mapped.kind === "outage") return isNamed;
  return mapped.status !== null && (isNamed || mapped.scenario !== null);
}

// what JSON escapes, but for line ends
const special = /[^\r\n !#-[\]-\uffff]|\r(?!\n)/;

// the first line end of a text may be one inside of quotes
const lineEnds = ["\r\n", "\n"];

type Add = (values: string[], line: number) => void;

function readPlain({ lines, firstLine }: LineBlock, { split }: Table, add: Add): void {
  let line = firstLine;
  for (const each of lines) {
    const plain = each.endsWith("\r") ? each.slice(0, -1) : each;
    if (plain !== "") add(split(plain), line);
    line += 1;
  }
}

function readQuoted(
  { text, lines, firstLine }: LineBlock,
  delimiter: string,
  add: Add,
  pieces: Piece[],
): void {
  // the parser counts a line end inside of quotes twice where it has two characters
  let next = 0;
  /** The line at which the next record begins. */
  const nextLine = () => {
    while (/^\r?$/.test(lines[next] ?? "-")) next += 1;
    return firstLine + next;
  };
  parse(text, {
    delimiter,
    relax_column_count: true,
    record_delimiter: lineEnds,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: () => {
      const detail = "a double quote is never closed: nothing behind it is read";
      pieces.push(setAside(nextLine(), "malformed_row", detail));
      return undefined;
    },
    on_record: (record: string[]) => {
      const line = nextLine();
      const more = record.some(hasLineEnd) ? record.join().split("\n").length : 1;
      const start = next;
      next += more;
      if (more > 1 && !isStrict(`${lines.slice(start, next).join("\n")}\n`, delimiter)) {
        pieces.push(setAside(line, "malformed_row", "a double quote is not closed in its line"));
      } else add(record, line);
      return null;
    },
  });
}

function hasLineEnd(value: string): boolean {
  return value.includes("\n");
}

/** Whether every double quote of a record stands where CSV has one: one that is never closed takes the lines behind it. */
function isStrict(record: string, delimiter: string): boolean {
  let isRight = true;
  const onSkip = () => {
    isRight = false;
    return undefined;
  };
  parse(record, {
    delimiter,
    record_delimiter: lineEnds,
    skip_records_with_error: true,
    on_skip: onSkip,
  });
  return isRight;
}

function setAside(line: number, reason: string, detail: string): Piece {
  return { format: "csv", mapped: { kind: "setAside", reason, detail: `line ${line}: ${detail}` } };
}
