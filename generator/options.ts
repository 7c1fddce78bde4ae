import type { Options } from "yargs";
import { RunnerError } from "../runner/errors.ts";
import { parseDay } from "./utc-day.ts";

const largestSeed = 2 ** 32 - 1;

/** What both commands of the generator take. Bad values throw a `USAGE` error. */
export const generateOptions = {
  "tests-per-day": {
    type: "string",
    default: "50",
    describe: "tests of each day",
    coerce: (text: string) => parseWholeNumber(text, "--tests-per-day", 1, 100_000_000),
  },
  seed: {
    type: "string",
    default: "42",
    describe: "the same seed gives the same rows",
    coerce: (text: string) => parseWholeNumber(text, "--seed", 0, largestSeed),
  },
} as const satisfies Record<string, Options>;

/** How many days `npm run generate` makes. */
export const daysOption = {
  type: "string",
  default: "1",
  describe: "number of days",
  coerce: (text: string) => parseWholeNumber(text, "--days", 1, 36_525),
} as const satisfies Options;

/** An option that names a day; `name` is the option as it is typed. */
export function dayOption(name: string, describe: string) {
  return {
    type: "string",
    describe,
    coerce: (text: string | undefined) => (text === undefined ? undefined : parseDay(text, name)),
  } as const satisfies Options;
}

function parseWholeNumber(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RunnerError("USAGE", `${option} is not a whole number: ${JSON.stringify(text)}`, {
      hint: `Give a number from ${min} to ${max}.`,
    });
  }
  return value;
}
