import type { Options } from "yargs";
import { RunnerError } from "../runner/errors.ts";
import { parseDay, type UtcDay } from "../warehouse/utc-day.ts";
import { type ProfileName, profiles } from "./profiles/profiles.ts";

const largestSeed = 2 ** 32 - 1;

/** What both commands of the generator take. */
export const generateOptions = {
  "tests-per-day": { type: "string", default: "50", describe: "tests of each day" },
  seed: { type: "string", default: "42", describe: "the same seed gives the same rows" },
} as const satisfies Record<string, Options>;

/** The values of `generateOptions`; throws a `USAGE` error for bad ones. */
export function readGenerateOptions(args: { testsPerDay: string; seed: string }) {
  return {
    testsPerDay: parseWholeNumber(args.testsPerDay, "--tests-per-day", 1, 100_000_000),
    seed: parseWholeNumber(args.seed, "--seed", 0, largestSeed),
  };
}

/** A number of days; throws a `USAGE` error for a bad one. */
export function readDays(text: string): number {
  return parseWholeNumber(text, "--days", 1, 36_525);
}

/** The name of a profile; throws a `USAGE` error for a bad one. */
export function readProfile(text: string): ProfileName {
  const names = Object.keys(profiles) as ProfileName[];
  const name = names.find((known) => known === text);
  if (name === undefined) {
    throw new RunnerError("USAGE", `--profile is none that there is: ${JSON.stringify(text)}`, {
      hint: `Give one of ${names.join(", ")}.`,
    });
  }
  return name;
}

/** The day of an option, if it is given; throws a `USAGE` error for a bad one. */
export function readDay(text: string | undefined, option: string): UtcDay | undefined {
  return text === undefined ? undefined : parseDay(text, option);
}

// Not in yargs' `coerce`: it turns errors into its own, without the hint.
function parseWholeNumber(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RunnerError("USAGE", `${option} is not a number it takes: ${JSON.stringify(text)}`, {
      hint: `Give a whole number from ${min} to ${max}.`,
    });
  }
  return value;
}
