import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerError } from "../errors.ts";
import { nearestNames } from "../text/nearest-names.ts";
import { textOf } from "../text-file.ts";

/** How a project wants its files formatted. */
export interface FormatSettings {
  /**
   * `dataform` puts every clause on a line of its own and indents its content, like Dataform's own
   * formatter. `compact` keeps on one line what the author wrote on one line, while it fits into
   * `lineWidth`.
   */
  layout: "dataform" | "compact";
  /** The longest line that `compact` leaves, in characters. */
  lineWidth: number;
  keywordCase: "preserve" | "lower" | "upper";
}

/** The settings of a project that has no settings file. */
export const defaultFormatSettings: FormatSettings = {
  layout: "dataform",
  lineWidth: 100,
  keywordCase: "preserve",
};

const settingsFile = ".dataform-format.json";

const accepted: Record<keyof FormatSettings, { values: string; isValid(value: unknown): boolean }> =
  {
    layout: oneOf("dataform", "compact"),
    lineWidth: {
      values: "a whole number from 40 to 400",
      isValid: (value) => Number.isInteger(value) && Number(value) >= 40 && Number(value) <= 400,
    },
    keywordCase: oneOf("preserve", "lower", "upper"),
  };

function oneOf(...values: string[]): { values: string; isValid(value: unknown): boolean } {
  return {
    values: values.map((value) => `"${value}"`).join(", "),
    isValid: (value) => values.includes(value as string),
  };
}

/**
 * Takes a project folder and returns the settings in its `.dataform-format.json`, or the defaults
 * when there is no such file. Throws PROJECT_INVALID when it is no file or not JSON, has an unknown key
 * or a value that its key does not accept.
 */
export function readFormatSettings(projectDir: string): FormatSettings {
  const path = join(projectDir, settingsFile);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return defaultFormatSettings;
  // What a link leads to is none of the project's, and a message would quote it.
  if (!stats.isFile()) throw invalid("it is no file", "put the file itself there, not a link");
  const settings = parse(textOf(readFileSync(path), settingsFile));
  for (const [key, value] of Object.entries(settings)) check(key, value);
  if ("lineWidth" in settings && settings.layout !== "compact") {
    throw invalid(
      '"lineWidth" needs "layout": "compact"',
      "the other layout does not measure lines",
    );
  }
  return { ...defaultFormatSettings, ...settings };
}

function parse(text: string): Partial<FormatSettings> {
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (cause) {
    throw invalid((cause as Error).message, 'write it as JSON: { "layout": "compact" }', cause);
  }
  if (typeof settings === "object" && settings !== null && !Array.isArray(settings))
    return settings;
  throw invalid("it is not an object", 'write it as JSON: { "layout": "compact" }');
}

function check(key: string, value: unknown): void {
  const keys = Object.keys(accepted);
  if (!keys.includes(key)) {
    const [near] = nearestNames(key, keys);
    const hint = near === undefined ? `the keys are ${keys.join(", ")}` : `did you mean "${near}"?`;
    throw invalid(`unknown key "${key}"`, hint);
  }
  const { values, isValid } = accepted[key as keyof FormatSettings];
  if (isValid(value)) return;
  throw invalid(`"${key}" cannot be ${JSON.stringify(value)}`, `it can be ${values}`);
}

function invalid(message: string, hint: string, cause?: unknown): RunnerError {
  return new RunnerError("PROJECT_INVALID", `${settingsFile}: ${message}`, { hint, cause });
}
