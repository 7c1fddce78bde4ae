/**
 * Takes a query of the report and what is to be shown of it, and returns one query; the rows of the
 * report's are called `rows`.
 */
export function showing(query: string, shown: string): string {
  return `with rows as (\n  ${indented(query.trim())}\n)\n${withoutMargin(shown)}`;
}

/** SQL without the spaces that all of its lines begin with. */
export function withoutMargin(sql: string): string {
  const lines = sql.trimEnd().replace(/^\n/, "").split("\n");
  const margins = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const margin = Math.min(...margins);
  return lines.map((line) => line.slice(margin).trimEnd()).join("\n");
}

function indented(sql: string): string {
  const [first = "", ...rest] = sql.split("\n");
  return [first, ...withoutMarginOf(rest)].join("\n  ");
}

function withoutMarginOf(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : withoutMargin(lines.join("\n")).split("\n");
}

/** A time in seconds as text in minutes, where `Infinity` is a recovery that never came. */
export function minutesOrNever(seconds: string): string {
  return `case when ${seconds} = 'Infinity' then 'never' else ${inMinutes(seconds)} end`;
}

/**
 * The recovery of a test as text in minutes, as the report shows it: `> 30.8 min` when the service was
 * watched so long and did not recover; null when nobody knows how long it took.
 */
export const recoveryOfTest = [
  "case",
  `            when recovery_seconds is not null then ${inMinutes("recovery_seconds")}`,
  // cut, not rounded up: nobody saw more
  "            when not is_recovered then '> ' || trunc(observed_seconds / 60, 1) || ' min'",
  "          end",
].join("\n");

// of numeric numbers: without round, a division has sixteen decimals
function inMinutes(seconds: string): string {
  return `round(ceil(${seconds} / 6) / 10, 1) || ' min'`;
}

/** A time in seconds in minutes, rounded up as in the report; null for one that never ended. */
export function minutes(seconds: string): string {
  return `round(ceil(nullif(${seconds}, 'Infinity') / 6) / 10, 1)`;
}

/** A share in per cent to one decimal, cut and not rounded, so that 99.97 is not 100.0. */
export function cut(percent: string): string {
  return `trunc(${percent}, 1)`;
}

/** The share of judged tests that kept their objective, with its interval, and how many were judged. */
export const keptShares = [
  `${cut("kept_pct")} as kept_pct`,
  `${cut("kept_low")} as kept_low`,
  `${cut("kept_high")} as kept_high`,
  "rto_met_tests + rto_breached_tests as judged_tests",
].join(",\n          ");

/** Median, 95th percentile and longest recovery. */
export const recoveryTimes = [
  `${minutesOrNever("p50_recovery_seconds")} as median`,
  `${minutesOrNever("p95_recovery_seconds")} as p95`,
  `${minutes("longest_recovery_seconds")} as longest_minutes`,
].join(",\n          ");
