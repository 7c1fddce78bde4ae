import { FileRefused } from "../failure.ts";
import { limits } from "./limits.ts";

/**
 * Passes on what an archive expands to until that is out of all proportion to what was packed; then
 * throws `FileRefused`. `packed`: bytes of the archive so far.
 */
export async function* limited(
  chunks: AsyncIterable<Buffer>,
  packed: () => number,
): AsyncGenerator<Buffer> {
  let expanded = 0;
  for await (const chunk of chunks) {
    expanded += chunk.length;
    if (expanded > limits.freeBytes && expanded > packed() * limits.expansion) {
      throw new FileRefused(
        `the archive expands to more than ${limits.expansion} times its size`,
        "Unpack it and give the files, if it is no attack.",
      );
    }
    yield chunk;
  }
}
