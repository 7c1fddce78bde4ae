import { FileRefused } from "../failure.ts";

/** The name of the encoding when a file begins with the mark of UTF-16, as Excel and PowerShell write it. */
export function utf16Of(head: Buffer): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : undefined;
}

/** A file in UTF-16 as UTF-8 without a mark. Throws `FileRefused` for bytes that are none. */
export async function* fromUtf16(
  chunks: AsyncIterable<Buffer>,
  encoding: "utf-16le" | "utf-16be",
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decoded = (chunk?: Buffer) => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch {
      throw new FileRefused("the file has the mark of UTF-16 and is none, or is cut off");
    }
  };
  for await (const chunk of chunks) yield decoded(chunk);
  yield decoded();
}
