const millisByUnit = new Map([
  ...named(["ms", "msec", "millisecond"], 1),
  ...named(["s", "sec", "second"], 1_000),
  ...named(["m", "min", "minute"], 60_000),
  ...named(["h", "hr", "hour"], 3_600_000),
  ...named(["d", "day"], 86_400_000),
]);

/**
 * Takes a duration (`30s`, `5 min`, `500ms`, `2 hours`, `1h 30m`) and returns milliseconds, or the
 * problem in words that continue a sentence after the name of the setting. A bare number is a
 * problem, because its unit is unknown. Flags and settings share this grammar.
 */
export function readDuration(text: string): { millis: number } | { problem: string } {
  const trimmed = text.trim();
  if (/^[\d.]+$/.test(trimmed)) {
    return {
      problem: `${trimmed} has no unit: write ${trimmed}s for seconds or ${trimmed}m for minutes`,
    };
  }
  const millis = sumOf(trimmed);
  if (millis !== undefined) return { millis };
  return { problem: `"${text}" is not a duration: write 30s, 5 min, 500ms, 2 hours or 1h 30m` };
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
