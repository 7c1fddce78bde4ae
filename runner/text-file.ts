import { isUtf8 } from "node:buffer";
import { RunnerError } from "./errors.ts";

/**
 * Takes the bytes of a text file and its path; returns the text without a byte order mark. Throws
 * USAGE with the line when the file is not UTF-8: its letters would be read as others.
 */
export function textOf(bytes: Buffer, path: string): string {
  if (!isUtf8(bytes)) {
    const lines = bytes.toString("latin1").split("\n");
    const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, "latin1"))) + 1;
    throw new RunnerError("USAGE", `${path}:${line}: the file is not UTF-8`, {
      hint: "save it as UTF-8",
    });
  }
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}
