import { realpathSync } from "node:fs";
import { readProjectFile } from "../../read-project-file.ts";
import type { ReadSource } from "./format-error.ts";

const largestFile = 5_000_000;

/**
 * Takes the project folder and returns a reader of its SQLX files for error messages. The reader
 * returns undefined for a file outside the project, a missing one and one over 5 MB; it never
 * throws.
 */
export function createSourceReader(projectDir: string): ReadSource {
  const sources = new Map<string, string | undefined>();
  return (fileName) => {
    if (!sources.has(fileName)) sources.set(fileName, readInside(projectDir, fileName));
    return sources.get(fileName);
  };
}

function readInside(projectDir: string, fileName: string): string | undefined {
  try {
    const file = readProjectFile(realpathSync(projectDir), fileName);
    const isShown = "bytes" in file && file.bytes.length <= largestFile;
    return isShown ? file.bytes.toString("utf8") : undefined;
  } catch {
    // Without the source an error is shown without its line: no reason to lose the error itself.
    return undefined;
  }
}
