import { Readable } from "node:stream";

const chunkBytes = 64 * 1024;

/**
 * Lines of COPY's text form as a stream, made only as fast as they are read. Calls `onRows` with the
 * number of rows made so far after each piece.
 */
export function copyLines(lines: Iterable<string>, onRows: (rows: number) => void): Readable {
  return Readable.from(chunks(lines, onRows), { objectMode: false, highWaterMark: chunkBytes });
}

function* chunks(lines: Iterable<string>, onRows: (rows: number) => void): Generator<string> {
  let text = "";
  let made = 0;
  for (const line of lines) {
    text += line;
    made += 1;
    if (text.length >= chunkBytes) {
      yield text;
      onRows(made);
      text = "";
    }
  }
  if (text !== "") yield text;
  onRows(made);
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A text as one field of COPY's text form. */
export function copyText(value: string | null): string {
  if (value === null) return "\\N";
  if (!special.test(value)) return value;
  return value.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}
