import { peek } from "../files/peek.ts";
import { withoutMark } from "./decode.ts";

/** A file without its byte order mark. Throws `FileRefused` for the marks of UTF-16. */
export async function* unmarked(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { head, chunks } = await peek(bytes, 4);
  let marked = head.length - withoutMark(head).length;
  for await (const chunk of chunks) {
    const mark = Math.min(marked, chunk.length);
    marked -= mark;
    if (mark < chunk.length) yield chunk.subarray(mark);
  }
}
