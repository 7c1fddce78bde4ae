import type { SettingsReader } from "./settings-reader.ts";

/** When an assertion fails, and what that means for the run. */
export interface AssertionLimit {
  /** `warn`: the run reports it and goes on; `error`: rows that fail are not published. */
  severity: (typeof severities)[number];
  /** How many failing rows are allowed; none when absent. */
  failAbove?: FailAbove;
  /** A run that adds rows to an incremental table checks these alone; absent: all rows. */
  rows?: "new";
  /** Fails only when more rows, or a larger share of them, break it than the last time that it did not fail. */
  failIf?: "worse";
  /** So many runs in a row only warn. */
  warnFor?: number;
}

/** What is usual, by the runs of before: the mean and so many standard deviations. */
export interface UsualSettings {
  lastRuns: number;
  deviations: number;
  severity: AssertionLimit["severity"];
}

/** The most failing rows that pass; with both numbers, each of them has to be kept. */
export interface FailAbove {
  rows?: number;
  /** Of the rows of the checked relation, 0 to 100. */
  percent?: number;
}

/** The limits of the assertions that a config block gives a table, by kind. */
export interface AssertionSettings extends Record<(typeof assertionKinds)[number], AssertionLimit> {
  /** How many rows the table usually has. */
  usualRows?: UsualSettings;
  /** How long it usually takes; only ever a warning. */
  usualDuration?: UsualSettings;
}

const severities = ["error", "warn"] as const;
const assertionKinds = ["uniqueKey", "nonNull", "rowConditions"] as const;
const usualKinds = ["usualRows", "usualDuration"] as const;
const limitKeys = ["severity", "failAbove", "rows", "failIf", "warnFor"] as const;
const scopes = ["all", "new"] as const;

/** Reads what a `postgres` block says of assertions: of those of its table, or of the one it is in. */
export function limitsOf(
  reader: SettingsReader,
  { assertions, severity, failAbove, failIf, warnFor }: Record<string, unknown>,
): { assertions?: AssertionSettings; limit?: AssertionLimit } {
  const own = { severity, failAbove, failIf, warnFor };
  const hasLimit = Object.values(own).some((value) => value !== undefined);
  return {
    ...(assertions !== undefined && {
      assertions: assertionSettingsOf(reader, assertions, "postgres.assertions"),
    }),
    ...(hasLimit && { limit: assertionLimitOf(reader, own, "postgres") }),
  };
}

// Settings of all kinds apply where a kind has no setting of its own.
function assertionSettingsOf(
  reader: SettingsReader,
  value: unknown,
  path: string,
): AssertionSettings {
  const given = reader.object(value, path, [...limitKeys, ...assertionKinds, ...usualKinds]);
  const common = assertionLimitOf(reader, given, path);
  const limitFor = (kind: (typeof assertionKinds)[number]) => {
    const own = reader.object(given[kind], `${path}.${kind}`, limitKeys);
    return assertionLimitOf(reader, own, `${path}.${kind}`, common);
  };
  return {
    uniqueKey: limitFor("uniqueKey"),
    nonNull: limitFor("nonNull"),
    rowConditions: limitFor("rowConditions"),
    ...usualOf(reader, given, path),
  };
}

// Off unless asked for: `true`, or an object that says how.
function usualOf(reader: SettingsReader, given: Record<string, unknown>, path: string) {
  const found: Pick<AssertionSettings, (typeof usualKinds)[number]> = {};
  for (const kind of usualKinds) {
    const value = given[kind] === true ? {} : given[kind];
    if (value === undefined || value === false) continue;
    const place = `${path}.${kind}`;
    const own = reader.object(value, place, ["lastRuns", "deviations", "severity"]);
    found[kind] = {
      lastRuns: reader.integer(own.lastRuns, `${place}.lastRuns`, 3, 1000) ?? 20,
      deviations: reader.number(own.deviations, `${place}.deviations`, 0.1, 100) ?? 3,
      severity: reader.word(own.severity, `${place}.severity`, severities) ?? "warn",
    };
  }
  if (found.usualDuration?.severity === "error") {
    reader.problems.push(
      `${path}.usualDuration.severity is only ever warn: what took long is published by then`,
    );
  }
  return found;
}

function assertionLimitOf(
  reader: SettingsReader,
  given: Record<string, unknown>,
  path: string,
  otherwise: AssertionLimit = { severity: "error" },
): AssertionLimit {
  const severity = reader.word(given.severity, `${path}.severity`, severities);
  const failAbove =
    given.failAbove === undefined
      ? otherwise.failAbove
      : failAboveOf(reader, given.failAbove, `${path}.failAbove`);
  const rows = reader.word(given.rows, `${path}.rows`, scopes) ?? otherwise.rows;
  const failIf =
    reader.word(given.failIf, `${path}.failIf`, ["worse"] as const) ?? otherwise.failIf;
  const warnFor = runsOf(reader, given.warnFor, `${path}.warnFor`) ?? otherwise.warnFor;
  if (failIf && rows === "new") {
    reader.problems.push(`${path}.failIf compares all rows: leave rows: "new" away`);
  }
  return {
    severity: severity ?? otherwise.severity,
    ...(failAbove && { failAbove }),
    ...(rows === "new" && { rows }),
    ...(failIf && { failIf }),
    ...(warnFor !== undefined && { warnFor }),
  };
}

/** `3 runs` as 3. */
function runsOf(reader: SettingsReader, value: unknown, path: string): number | undefined {
  if (value === undefined) return undefined;
  const [, count] = /^\s*([1-9]\d{0,2})\s*runs?\s*$/i.exec(String(value)) ?? [];
  if (typeof value === "string" && count !== undefined) return Number(count);
  const given = JSON.stringify(value) ?? String(value);
  reader.problems.push(`${path} must be a number of runs such as "3 runs", and is ${given}`);
  return undefined;
}

function failAboveOf(reader: SettingsReader, value: unknown, path: string): FailAbove {
  const given = reader.object(value, path, ["rows", "percent"]);
  if (Object.keys(given).length === 0) reader.problems.push(`${path} must have rows or percent`);
  const rows = reader.integer(given.rows, `${path}.rows`, 0, Number.MAX_SAFE_INTEGER);
  const percent = reader.number(given.percent, `${path}.percent`, 0, 100);
  return { ...(rows !== undefined && { rows }), ...(percent !== undefined && { percent }) };
}
