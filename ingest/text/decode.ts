import { isUtf8 } from "node:buffer";
import { FileRefused } from "../failure.ts";

/**
 * Decodes bytes that end at the end of a character. Throws `FileRefused`, with the byte's offset,
 * for bytes that are not UTF-8 and for NUL. `offset`: bytes of the file before these. `otherwise`: the
 * encoding with one byte for each character that the file names; of bytes that are no UTF-8.
 */
export function decode(bytes: Buffer, offset: number, otherwise?: string): string {
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new FileRefused(`byte ${offset + nul + 1} is NUL: this is no text`);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  if (otherwise !== undefined) return new TextDecoder(otherwise).decode(bytes);
  throw new FileRefused(
    `byte ${offset + firstBadByte(bytes) + 1} is no UTF-8`,
    "Convert it: iconv -f WINDOWS-1252 -t UTF-8 <file>.",
  );
}

/** The bytes without the byte order mark of UTF-8. */
export function withoutMark(head: Buffer): Buffer {
  const [first, second, third] = head;
  return first === 0xef && second === 0xbb && third === 0xbf ? head.subarray(3) : head;
}

function firstBadByte(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, characterStart(bytes, middle)))) good = middle;
    else bad = middle;
  }
  return characterStart(bytes, good);
}

// Not in the middle of a character, which would look like a bad one.
function characterStart(bytes: Buffer, position: number): number {
  let start = position;
  while (start > 0 && position - start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
