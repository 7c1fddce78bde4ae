import { FileRefused } from "../failure.ts";
import { limits } from "../files/limits.ts";

const [quote, backslash, openList, closeList, openObject, closeObject] = Buffer.from('"\\[]{}');

/** Refuses brackets that are nested too deep, before a parser follows them. */
export function refuseDepth(text: string): void {
  let depth = 0;
  // a quote that nothing closes is no quote, and neither is any after it
  let isOpen = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote && !isOpen) {
      const end = endOfText(text, at);
      if (end === undefined) isOpen = true;
      else at = end;
    } else if (code === openObject || code === openList) {
      depth += 1;
      if (depth > limits.nesting) throw tooDeep();
    } else if (code === closeObject || code === closeList) depth -= 1;
  }
}

/** Where the text that is quoted from `start` on ends; undefined when it does not end. */
function endOfText(text: string, start: number): number | undefined {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === backslash) before -= 1;
    if ((end - before) % 2 === 0) return end;
  }
  return undefined;
}

/** Refuses a short text's value that is nested too deep, which costs less than a look at the text. */
export function refuseDeepValue(value: unknown, levels = limits.nesting): void {
  if (typeof value !== "object" || value === null) return;
  if (levels === 0) throw tooDeep();
  for (const field of Object.values(value)) refuseDeepValue(field, levels - 1);
}

function tooDeep(): FileRefused {
  return new FileRefused(`objects and lists are nested deeper than ${limits.nesting} levels`);
}
