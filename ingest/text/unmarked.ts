import { peek } from "../files/peek.ts";
import { withoutMark } from "./decode.ts";

// What is made of a chunk should be garbage before the collector's young generation is full: with
// larger chunks, reading takes a third longer.
const chunkBytes = 32 * 1024;

/** A file without its byte order mark, in small chunks. */
export async function* unmarked(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { head, chunks } = await peek(bytes, 4);
  let marked = head.length - withoutMark(head).length;
  for await (const chunk of chunks) {
    const mark = Math.min(marked, chunk.length);
    marked -= mark;
    for (let at = mark; at < chunk.length; at += chunkBytes) {
      yield chunk.subarray(at, at + chunkBytes);
    }
  }
}
