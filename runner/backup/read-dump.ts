import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { RunnerError } from "../errors.ts";
import { dumpEnd, dumpHead } from "./write-dump.ts";

/** Does what a dump says. */
export interface DumpReader {
  statement: (sql: string) => Promise<void>;
  /** Gives the number of rows. */
  copy: (sql: string, rows: Readable) => Promise<number>;
}

/**
 * Reads a dump from its first to its last line. Throws USAGE for a file that is no dump, and after the last
 * statement for one that is not whole or was changed: what was done until then is to be rolled back.
 */
export async function readDump(
  source: AsyncIterable<Buffer>,
  reader: DumpReader,
): Promise<{ counts: string; rows: number }> {
  const lines = linesOf(source);
  const next = async () => (await lines.next()).value ?? undefined;
  const head = (await next())?.text.toString() ?? "";
  if (!head.startsWith(dumpHead))
    throw new RunnerError("USAGE", "this is no dump of `dataform db dump`");
  const separator = head.slice(dumpHead.length).trimEnd();
  await statementOf(next, separator);
  let rows = 0;
  for (let line = await next(); line !== undefined; line = await next()) {
    const text = line.text.toString();
    if (text.startsWith(dumpEnd)) return checked(text, line.hashBefore, rows);
    if (/^copy [^\n]* from stdin;\n$/.test(text)) {
      rows += await reader.copy(text.slice(0, -2), Readable.from(rowsOf(next)));
    } else {
      await reader.statement(text + (await statementOf(next, separator)));
    }
  }
  throw notWhole("its end is missing");
}

function checked(line: string, hash: string, rows: number) {
  const [, counts = "", expected] = /^-- complete: (.*), sha256 (\w+)\n$/.exec(line) ?? [];
  if (hash !== expected) throw notWhole("its bytes are not those that were written");
  if (!counts.endsWith(` ${rows} rows`)) throw notWhole(`it says ${counts} and holds ${rows} rows`);
  return { counts, rows };
}

function notWhole(why: string): RunnerError {
  return new RunnerError("USAGE", `this dump is damaged: ${why}`, {
    hint: "take another one; nothing was changed",
  });
}

interface Line {
  /** With its line break. */
  text: Buffer;
  /** SHA-256 of all bytes before it; empty unless it could be the last line. */
  hashBefore: string;
}

type Next = () => Promise<Line | undefined>;

async function statementOf(next: Next, separator: string): Promise<string> {
  let statement = "";
  for (let line = await next(); line !== undefined; line = await next()) {
    const text = line.text.toString();
    if (text.trimEnd() === separator) return statement;
    statement += text;
  }
  throw notWhole("it ends in a statement");
}

/** The rows of a copy, in pieces of some 64 kB. */
async function* rowsOf(next: Next): AsyncGenerator<Buffer> {
  let piece: Buffer[] = [];
  let size = 0;
  for (let line = await next(); line !== undefined; line = await next()) {
    const { text } = line;
    const isEnd = text.length === 3 && text[0] === 0x5c && text[1] === 0x2e;
    if (isEnd || size > 65_536) {
      if (size > 0) yield Buffer.concat(piece);
      piece = [];
      size = 0;
    }
    if (isEnd) return;
    piece.push(text);
    size += text.length;
  }
  throw notWhole("it ends in the rows of a table");
}

async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const hash = createHash("sha256");
  const mark = Buffer.from(dumpEnd);
  let rest: Buffer[] = [];
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const text = Buffer.concat([...rest, chunk.subarray(start, end + 1)]);
      const couldEnd = text.subarray(0, mark.length).equals(mark);
      yield { text, hashBefore: couldEnd ? hash.copy().digest("hex") : "" };
      hash.update(text);
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
}
