import { createReadStream, readFileSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { firstEvent } from "../../runner/ending-listeners.ts";
import { FileRefused } from "../failure.ts";
import {
  isHidden,
  nestedArchive,
  refusedArchive,
  refusing,
  safePath,
  tooManyFiles,
} from "./archive-errors.ts";
import type { Entry } from "./entry.ts";
import { limited } from "./limited.ts";
import { limits } from "./limits.ts";
import { peek } from "./peek.ts";
import { zipEntries } from "./zip-entries.ts";

type Bytes = AsyncIterable<Buffer>;

/**
 * The files in a file: itself, or the entries of a `.gz`, `.zip`, `.tar` or `.tar.gz`, which its
 * first bytes identify. An entry has to be read before the next one is asked for. Throws
 * `FileRefused` for archives that are broken, too large or contain paths outside the archive.
 */
export async function* entriesOf(name: string): AsyncGenerator<Entry> {
  if (isSmall(name)) {
    yield* entriesIn(name, asChunks(readFileSync(name)));
    return;
  }
  const bytes =
    name === "-" ? process.stdin : createReadStream(name, { highWaterMark: 256 * 1024 });
  try {
    yield* entriesIn(name, bytes);
  } finally {
    bytes.destroy();
  }
}

// A stream costs more than all else that is done with a small file. What is no file, as a pipe, has to be waited for.
const smallBytes = 256 * 1024;

function isSmall(name: string): boolean {
  if (name === "-") return false;
  const found = statSync(name, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= smallBytes;
}

async function* asChunks(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* entriesIn(name: string, bytes: Bytes): AsyncGenerator<Entry> {
  const { head, chunks } = await peek(bytes, 512);
  if (isZip(head)) {
    if (name === "-") throw new FileRefused("a zip archive cannot be read from the standard input");
    yield* zipEntries(name);
  } else if (isGzip(head)) {
    const inner = await peek(gunzipped(chunks), 512);
    if (isGzip(inner.head) || isZip(inner.head)) throw nestedArchive();
    if (isTar(inner.head)) yield* tarEntries(name, inner.chunks);
    else yield { name, chunks: inner.chunks };
  } else if (isTar(head)) yield* tarEntries(name, chunks);
  else yield { name, chunks };
}

async function* gunzipped(chunks: Bytes): AsyncGenerator<Buffer> {
  let packed = 0;
  const counted = (async function* () {
    for await (const chunk of chunks) {
      packed += chunk.length;
      yield chunk;
    }
  })();
  const gunzip = createGunzip();
  const feeding = feed(counted, gunzip);
  try {
    yield* limited(gunzip, () => packed);
  } catch (error) {
    throw refusedArchive(error);
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

async function* tarEntries(name: string, chunks: Bytes): AsyncGenerator<Entry> {
  const unpack = extract();
  const feeding = feed(chunks, unpack);
  let files = 0;
  try {
    for await (const entry of unpack) {
      files += 1;
      if (files > limits.archiveFiles) throw tooManyFiles();
      const { header } = entry;
      const path = safePath(header.name);
      if (header.type === "file" && !isHidden(path)) {
        yield { name: `${name}/${path}`, chunks: unended(refusing(entry as Bytes)) };
      }
      entry.resume();
    }
  } catch (error) {
    throw refusedArchive(error);
  } finally {
    unpack.destroy();
    await feeding;
  }
}

/** The same chunks for a reader that may stop before their end: an entry that ends early would end its archive. */
function unended(chunks: Bytes): Bytes {
  const iterator = chunks[Symbol.asyncIterator]();
  return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
}

/** Sends chunks to a stream at its speed; what goes wrong with either becomes the stream's error. */
async function feed(
  chunks: Bytes,
  target: NodeJS.WritableStream & { destroy(error?: Error): void },
) {
  try {
    for await (const chunk of chunks) {
      if (!target.writable) return;
      if (!target.write(chunk)) await firstEvent(target, ["drain", "close", "error"]);
    }
    target.end();
  } catch (error) {
    target.destroy(error as Error);
  }
}

/** Whether a file begins as a gzip archive does. */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Whether a file begins as a zip archive does. */
export function isZip(head: Buffer): boolean {
  return head.length >= 4 && [0x04034b50, 0x06054b50, 0x08074b50].includes(head.readUInt32LE(0));
}

function isTar(head: Buffer): boolean {
  return head.toString("latin1", 257, 262) === "ustar";
}
