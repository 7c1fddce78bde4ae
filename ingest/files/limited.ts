import { FileRefused } from "../failure.ts";
import { limits } from "./limits.ts";

/**
 * Passes on the expanded content of an archive; throws `FileRefused` when its size is out of
 * proportion to the packed size. `packed`: bytes of the archive so far.
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
