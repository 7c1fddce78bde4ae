import type { Outcome } from "../mapped.ts";

/** What an element of a case says came of it. */
export interface Result {
  element: string;
  message: string | undefined;
  text: string;
}

/** What came of a case: by its elements, else by its attributes. */
export function outcomeOf(attributes: Record<string, string>, results: readonly Result[]): Outcome {
  const result = deciding(results);
  if (result !== undefined) {
    if (/^(skipped|ignored)$/.test(result.element)) return "skipped";
    // PHPUnit up to 9, of a test that it could not judge
    if (result.element === "warning") return "inconclusive";
    return result.element === "error" ? "error" : "failed";
  }
  // some writers say what came of a case by an attribute alone
  const { status, result: named, outcome, state, success, executed } = attributes;
  const said =
    status || named || outcome || state
      ? [status, named, outcome, state].filter((each) => each).join(" ")
      : "";
  if (executed !== undefined && isNo.test(executed)) return "skipped";
  if (success !== undefined && isNo.test(success)) return "failed";
  return said === "" ? "passed" : (words.find(([word]) => word.test(said))?.[1] ?? "passed");
}

const isNo = /^\s*(false|no|0)\s*$/i;
const words: [RegExp, Outcome][] = [
  [
    /\b(not[ _-]?run|disabled|skip(ped)?|suppressed|ignored?|blocked|pending|todo|xfail(ed)?|not[ _-]?executed)\b/i,
    "skipped",
  ],
  [
    /\b(errors?|errored|broken|abort(ed)?|time[ds]?[ _-]?out|cancell?ed|interrupted|crash(ed)?|killed)\b/i,
    "error",
  ],
  [/\b(fail(ed|ure|s)?|ko|not[ _-]?ok|unsuccessful|rejected)\b/i, "failed"],
  [/\b(inconclusive|unknown|undefined|unstable|indeterminate)\b/i, "inconclusive"],
];

/** A flaky or repeated result decides nothing: beside it stands what came of the case at last. */
function deciding(results: readonly Result[]): Result | undefined {
  if (results.length === 0) return undefined;
  return ["failure", "error", "skipped", "ignored", "warning"]
    .map((element) => results.find((result) => result.element === element))
    .find((result) => result !== undefined);
}

/**
 * A length in seconds as milliseconds. Tools write `1,234.5`, `12,5`, `0.5s`, `500ms` and `0:01:02.5` too, and no time at all, or NaN, for a
 * check that takes none; undefined for no number.
 */
export function readSeconds(time = ""): number | undefined {
  if (/^\d+(\.\d+)?$/.test(time)) return Math.round(Number(time) * 1e6) / 1e3;
  const [, said = "", unit] = /^\s*(.*?)\s*(ms|s)?\s*$/i.exec(time) ?? [];
  if (/^([+-]?(nan|inf(inity)?))?$/i.test(said)) return 0;
  // a comma between groups of three digits stands before no decimals
  const isGrouped = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(said);
  const plain = isGrouped
    ? said.replaceAll(",", "")
    : said.replace(
        /^([^,]*),(\d+)$/,
        (_, whole: string, part) => `${whole.replaceAll(".", "")}.${part}`,
      );
  const parts = plain.split(":");
  if (parts.length > 3 || !parts.every((part) => seconds.test(part))) return undefined;
  const total = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(total * (unit?.toLowerCase() === "ms" ? 1e3 : 1e6)) / 1e3;
}

const seconds = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether a length is written in nanoseconds, as some tools do: no test lasts the years that it would be as seconds. */
export function isNanoseconds(time = ""): boolean {
  return /^\s*\d{9,}\s*$/.test(time);
}

/** What the result that decides says: its message, unless that says no more than its text. */
export function messageOf(results: readonly Result[]): string | undefined {
  const { text, message } = deciding(results) ?? {};
  return saying(message) ?? firstLine(text) ?? message;
}

/** A message that says more than that the case failed, which some tools write alone. */
function saying(message: string | undefined): string | undefined {
  return message === undefined || /^(failed|error|)$/i.test(message.trim()) ? undefined : message;
}

function firstLine(text: string | undefined): string | undefined {
  const lines = (text ?? "").split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "" && !line.startsWith("==="));
}
