import { parse } from "csv-parse/sync";
import { FileRefused } from "../failure.ts";
import type { TableReader } from "../formats/format.ts";
import { findTable, type Table } from "../formats/tables.ts";
import { blockOf, type LineBlock, lineBlocks } from "../text/line-blocks.ts";
import { slashReader } from "../values/slash-dates.ts";
import type { FileReader, Piece } from "./file-reader.ts";

/** Reads a table of which the first line names the columns. A row that cannot be read is set aside. */
export const readCsv: FileReader = async function* (chunks, { context, onNote }) {
  let table: Table | undefined;
  let reader: TableReader | undefined;
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
    yield readBlock(body, table, reader);
  }
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

function readBlock(block: LineBlock, table: Table, reader: TableReader): Piece[] {
  const pieces: Piece[] = [];
  const { names, format, write } = table;
  const isPlain = !special.test(block.text);
  const add = (values: string[], line: number) => {
    if (values.every((value) => value === "")) return;
    // a delimiter at the end of a line
    while (values.length > names.length && values.at(-1) === "") values.pop();
    if (values.length !== names.length) {
      const count = `${values.length} values for ${names.length} columns`;
      pieces.push(setAside(line, "malformed_row", count));
      return;
    }
    const mapped = reader.read(values, write(values, isPlain));
    if (mapped?.kind === "setAside") pieces.push(setAside(line, mapped.reason, mapped.detail));
    else if (mapped !== undefined) pieces.push({ format: format.name, mapped });
  };
  if (block.text.includes('"')) readQuoted(block, table.delimiter, add, pieces);
  else readPlain(block, table, add);
  return pieces;
}

// what JSON escapes, but for line ends
const special = /[^\r\n !#-[\]-\uffff]|\r(?!\n)/;

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
  { text, firstLine }: LineBlock,
  delimiter: string,
  add: Add,
  pieces: Piece[],
): void {
  parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      const line = firstLine + Number((error as { lines?: number } | undefined)?.lines ?? 1) - 1;
      pieces.push(setAside(line, "malformed_row", error?.message ?? "no CSV"));
      return undefined;
    },
    on_record: (record: string[], { lines }) => {
      add(record, firstLine + lines - 1);
      return null;
    },
  });
}

function setAside(line: number, reason: string, detail: string): Piece {
  return { format: "csv", mapped: { kind: "setAside", reason, detail: `line ${line}: ${detail}` } };
}
