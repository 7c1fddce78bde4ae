import { RunnerError } from "../errors.ts";
import { readDuration } from "../text/duration.ts";

// A timer of Node and a time limit of PostgreSQL hold no more.
const mostMillis = 2 ** 31 - 1;

/**
 * Takes a duration that a timer will hold and the flag that it was given for; returns milliseconds.
 * Throws USAGE for anything else (`readDuration` has the grammar), a bare number among it.
 */
export function parseDuration(text: string | undefined, flag: string): number | undefined {
  const millis = parsePeriod(text, flag);
  if (millis === undefined || millis <= mostMillis) return millis;
  throw new RunnerError("USAGE", `${flag}: "${text}" is longer than 24 days, which no timer holds`);
}

/** The same for a time without an upper limit. */
export function parsePeriod(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const read = readDuration(text);
  if ("millis" in read) return read.millis;
  throw new RunnerError("USAGE", `${flag}: ${read.problem}`);
}

/** A time limit: a duration that is more than 0. */
export function parseTimeLimit(text: string | undefined, flag: string): number | undefined {
  const millis = parseDuration(text, flag);
  if (millis !== 0) return millis;
  throw new RunnerError("USAGE", `${flag}: 0 is no time limit: leave the flag out for none`);
}
