import { decode } from "./decode.ts";
import { unmarked } from "./unmarked.ts";

/**
 * A file as text in pieces that end at the end of a character. Throws `FileRefused` for bytes that are
 * neither UTF-8 nor, where it names one, of its `encoding`.
 */
export async function* textChunks(
  chunks: AsyncIterable<Buffer>,
  encoding: string | undefined,
): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of unmarked(chunks)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.length - openCharacter(bytes);
    rest = bytes.subarray(end);
    if (end > 0) yield decode(bytes.subarray(0, end), offset, encoding);
    offset += end;
  }
  if (rest.length > 0) yield decode(rest, offset, encoding);
}

/** Bytes of a character at the end that has not come whole. */
function openCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? back : 0;
  }
  return 0;
}
