import { FileRefused } from "../failure.ts";
import { limits } from "../files/limits.ts";
import { decode, withoutMark } from "./decode.ts";

/** A whole document as text. Throws `FileRefused` when it is too large, empty or no text. */
export async function readDocument(chunks: AsyncIterable<Buffer>): Promise<string> {
  const taken: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limits.documentBytes) throw tooLarge();
    taken.push(chunk);
  }
  return decode(withoutMark(Buffer.concat(taken)), 0);
}

function tooLarge(): FileRefused {
  return new FileRefused(
    `the document is larger than ${limits.documentBytes / 1024 / 1024} MiB, which is read at most as a whole`,
    "Give its results as NDJSON, one on each line: that is read piece by piece.",
  );
}
