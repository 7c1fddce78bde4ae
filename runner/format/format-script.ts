import beautify from "js-beautify";
import { sameScript } from "./same-tokens.ts";

// As Dataform's own formatter sets it: both give the same config blocks.
const options = { indent_size: 2, preserve_newlines: true, max_preserve_newlines: 2 };

/** Takes JavaScript and returns it formatted. Throws when more than whitespace would change. */
export function formatScript(script: string): string {
  const formatted = beautify.js(script, options).trim();
  if (!sameScript(script, formatted)) {
    throw new Error("its JavaScript would not be the same afterwards");
  }
  return formatted;
}
