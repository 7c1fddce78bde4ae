import { FileRefused } from "../failure.ts";
import { limits } from "../files/limits.ts";
import { decode } from "./decode.ts";
import { unmarked } from "./unmarked.ts";

/** Whole lines of a file. */
export interface LineBlock {
  /** With its line ends; the last line of the file may have none. */
  text: string;
  /** The same text in parts, without its line ends; an empty one comes last when the text ends with one. */
  lines: string[];
  /** Number of its first line, from 1. */
  firstLine: number;
}

const newline = 0x0a;

/**
 * The lines of a file in blocks of about the size of its chunks. With `quotes`, a line inside an
 * open double quote belongs to the line before it. Throws `FileRefused` for a line that is too long
 * and for a file that is not text.
 */
export async function* lineBlocks(
  chunks: AsyncIterable<Buffer>,
  { quotes }: { quotes: boolean },
): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let firstLine = 1;
  for await (const chunk of unmarked(chunks)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = quotes ? endOfRecords(bytes) : bytes.lastIndexOf(newline) + 1;
    rest = bytes.subarray(end);
    if (rest.length > limits.recordBytes) throw tooLong(firstLine + countLines(bytes, end), quotes);
    if (end === 0) continue;
    const block = blockOf(decode(bytes.subarray(0, end), offset), firstLine);
    yield block;
    offset += end;
    firstLine += block.lines.length - 1;
  }
  if (rest.length > 0) yield blockOf(decode(rest, offset), firstLine);
}

/** A text as a block. */
export function blockOf(text: string, firstLine: number): LineBlock {
  return { text, lines: text.split("\n"), firstLine };
}

/** After the last line end that stands outside of double quotes. */
function endOfRecords(bytes: Buffer): number {
  if (bytes.indexOf(0x22) < 0) return bytes.lastIndexOf(newline) + 1;
  let end = 0;
  let isQuoted = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === 0x22) isQuoted = !isQuoted;
    else if (byte === newline && !isQuoted) end = index + 1;
  }
  return end;
}

function countLines(bytes: Buffer, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at >= 0 && at < end; at = bytes.indexOf(newline, at + 1)) {
    lines += 1;
  }
  return lines;
}

function tooLong(line: number, quotes: boolean): FileRefused {
  const what = quotes ? "record" : "line";
  return new FileRefused(
    `line ${line}: the ${what} is longer than ${limits.recordBytes / 1024} KiB`,
    quotes ? "Is a double quote never closed?" : undefined,
  );
}
