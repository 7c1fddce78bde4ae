import { RunnerError } from "../errors.ts";

/** `a=1,b=2` as an object; a comma inside a value is written `\,`. Throws USAGE for anything else. */
export function parseVars(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split(/(?<!\\),/).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new RunnerError("USAGE", `--vars: "${pair}" is not of the form name=value`, {
        hint: "write --vars=from=2026-01-01,to=2026-01-31",
      });
    }
    return [pair.slice(0, at).trim(), pair.slice(at + 1).replaceAll("\\,", ",")];
  });
  return Object.fromEntries(pairs);
}

/** Throws USAGE for a value that can end the SQL text around it: variables are put into SQL as they are. */
export function refuseRawVars(vars: Record<string, string>): void {
  for (const [name, value] of Object.entries(vars)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    const found = /['"`;]|--|\/\*|\$\$|[\u0000-\u001f\u007f]/.exec(value)?.[0];
    if (found === undefined) continue;
    throw new RunnerError(
      "USAGE",
      `--vars: ${name} holds ${JSON.stringify(found)}, which can end the SQL text that it is put into`,
      { hint: "write the value without it, or add --allow-raw-vars when you know who wrote it" },
    );
  }
}
