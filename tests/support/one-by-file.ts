import { createHash } from "node:crypto";
import { relative } from "node:path";
import { expect } from "vitest";

/**
 * One of them, as a list: by the path of the running test file, so that each has its share of the
 * files, and a file always the same one. With TEST_SERVERS=all it is all of them.
 */
export function oneByFile<T>(all: readonly T[]): T[] {
  if (process.env.TEST_SERVERS === "all") return [...all];
  const file = relative(import.meta.dirname, expect.getState().testPath ?? "");
  const turn = createHash("sha256").update(file).digest().readUInt16BE() % all.length;
  return all.slice(turn, turn + 1);
}
