import { Script } from "node:vm";
import beautify from "js-beautify";
import type { FormatSettings } from "./format-settings.ts";
import { sameScript } from "./same-tokens.ts";

// As Dataform's own formatter sets it: both give the same config blocks.
const options = { indent_size: 2, preserve_newlines: true, max_preserve_newlines: 2 };
// Objects that the author wrote on one line stay there.
const compactOptions = {
  ...options,
  brace_style: "collapse,preserve-inline" as "collapse",
  keep_array_indentation: true,
};

/**
 * Takes JavaScript, or a `config` or `js` block, and returns it formatted. Throws when more than
 * whitespace would change, or a line break that JavaScript needs.
 */
export function formatScript(script: string, { layout }: FormatSettings): string {
  const chosen = layout === "compact" ? compactOptions : options;
  const formatted = beautify.js(script, chosen).trim();
  if (!sameScript(script, formatted) || (isScript(script) && !isScript(formatted))) {
    throw new Error("its JavaScript would not be the same afterwards");
  }
  return formatted;
}

/** Whether JavaScript or the content of a `js` block can be parsed; nothing of it runs. */
function isScript(text: string): boolean {
  const body = text.replace(/^js (?=\{)/, "");
  try {
    new Script(`function module() {${body}\n}`);
    return true;
  } catch {
    return false;
  }
}
