import type { SettingsReader } from "./settings-reader.ts";

/** When an assertion fails, and what that means for the run. */
export interface AssertionLimit {
  /** `warn`: the run tells of it and goes on; `error`: nothing that was checked is published. */
  severity: (typeof severities)[number];
  /** How many failing rows are allowed; none when absent. */
  failAbove?: FailAbove;
  /** A run that adds rows to an incremental table checks these alone; absent: all rows. */
  rows?: "new";
}

/** The most failing rows that pass; with both numbers, each of them has to be kept. */
export interface FailAbove {
  rows?: number;
  /** Of the rows of the checked relation, 0 to 100. */
  percent?: number;
}

/** The limits of the assertions that a config block gives a table, by kind. */
export type AssertionSettings = Record<(typeof assertionKinds)[number], AssertionLimit>;

const severities = ["error", "warn"] as const;
const assertionKinds = ["uniqueKey", "nonNull", "rowConditions"] as const;
const limitKeys = ["severity", "failAbove", "rows"] as const;
const scopes = ["all", "new"] as const;

/** Reads what a `postgres` block says of assertions: of those of its table, or of the one it is in. */
export function limitsOf(
  reader: SettingsReader,
  { assertions, severity, failAbove }: Record<string, unknown>,
): { assertions?: AssertionSettings; limit?: AssertionLimit } {
  const hasLimit = severity !== undefined || failAbove !== undefined;
  return {
    ...(assertions !== undefined && {
      assertions: assertionSettingsOf(reader, assertions, "postgres.assertions"),
    }),
    ...(hasLimit && { limit: assertionLimitOf(reader, { severity, failAbove }, "postgres") }),
  };
}

// Settings of all kinds apply where a kind has no setting of its own.
function assertionSettingsOf(
  reader: SettingsReader,
  value: unknown,
  path: string,
): AssertionSettings {
  const given = reader.object(value, path, [...limitKeys, ...assertionKinds]);
  const common = assertionLimitOf(reader, given, path);
  const limitFor = (kind: (typeof assertionKinds)[number]) => {
    const own = reader.object(given[kind], `${path}.${kind}`, limitKeys);
    return assertionLimitOf(reader, own, `${path}.${kind}`, common);
  };
  return {
    uniqueKey: limitFor("uniqueKey"),
    nonNull: limitFor("nonNull"),
    rowConditions: limitFor("rowConditions"),
  };
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
  return {
    severity: severity ?? otherwise.severity,
    ...(failAbove && { failAbove }),
    ...(rows === "new" && { rows }),
  };
}

function failAboveOf(reader: SettingsReader, value: unknown, path: string): FailAbove {
  const given = reader.object(value, path, ["rows", "percent"]);
  if (Object.keys(given).length === 0) reader.problems.push(`${path} must have rows or percent`);
  const rows = reader.integer(given.rows, `${path}.rows`, 0, Number.MAX_SAFE_INTEGER);
  const percent = reader.number(given.percent, `${path}.percent`, 0, 100);
  return { ...(rows !== undefined && { rows }), ...(percent !== undefined && { percent }) };
}
