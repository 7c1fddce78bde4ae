import { RunnerError } from "../errors.ts";

const millisByUnit = new Map([
  ...named(["ms", "msec", "millisecond"], 1),
  ...named(["s", "sec", "second"], 1_000),
  ...named(["m", "min", "minute"], 60_000),
  ...named(["h", "hr", "hour"], 3_600_000),
  ...named(["d", "day"], 86_400_000),
]);

// A timer of Node and a time limit of PostgreSQL hold no more.
const mostMillis = 2 ** 31 - 1;

/**
 * Takes a duration as it was typed (`30s`, `5 min`, `500ms`, `2 hours`, `1h 30m`) and the flag that it
 * was given for; returns milliseconds. Throws USAGE for anything else, a bare number among it.
 */
export function parseDuration(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^[\d.]+$/.test(trimmed)) {
    const meant = `write ${trimmed}s for seconds or ${trimmed}m for minutes`;
    throw new RunnerError("USAGE", `${flag}: ${trimmed} has no unit: ${meant}`);
  }
  const millis = sumOf(trimmed);
  if (millis === undefined) {
    const meant = "write 30s, 5 min, 500ms, 2 hours or 1h 30m";
    throw new RunnerError("USAGE", `${flag}: "${text}" is not a duration: ${meant}`);
  }
  if (millis <= mostMillis) return millis;
  throw new RunnerError("USAGE", `${flag}: "${text}" is longer than 24 days, which no timer holds`);
}

/** A time limit: a duration that is more than 0. */
export function parseTimeLimit(text: string | undefined, flag: string): number | undefined {
  const millis = parseDuration(text, flag);
  if (millis !== 0) return millis;
  throw new RunnerError("USAGE", `${flag}: 0 is no time limit: leave the flag out for none`);
}

function sumOf(text: string): number | undefined {
  const part = /\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*/iy;
  let sum = 0;
  while (part.lastIndex < text.length) {
    const [, amount, unit = ""] = part.exec(text) ?? [];
    const millis = millisByUnit.get(unit.toLowerCase());
    if (amount === undefined || millis === undefined) return undefined;
    sum += Number(amount) * millis;
  }
  return text === "" ? undefined : Math.round(sum);
}

function named(units: readonly string[], millis: number): [string, number][] {
  const plurals = units
    .filter((unit) => unit.length > 1 && unit !== "ms")
    .map((unit) => `${unit}s`);
  return [...units, ...plurals].map((unit) => [unit, millis]);
}
