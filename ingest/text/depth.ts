import { FileRefused } from "../failure.ts";
import { limits } from "../files/limits.ts";

const steps: Record<string, number> = { "{": 1, "[": 1, "}": -1, "]": -1 };
const parts = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;

/** Refuses brackets that are nested too deep, before a parser follows them. */
export function refuseDepth(text: string): void {
  let depth = 0;
  for (const [part] of text.matchAll(parts)) {
    depth += steps[part] ?? 0;
    if (depth > limits.nesting) {
      throw new FileRefused(`objects and lists are nested deeper than ${limits.nesting} levels`);
    }
  }
}
