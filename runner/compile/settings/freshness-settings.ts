import type { SettingsReader } from "./settings-reader.ts";

/** How old the newest row of a source may be; at least one of the two limits is set. */
export interface FreshnessSettings {
  /** A column, or an SQL expression of columns, that says when a row was loaded. */
  loadedAt: string;
  warnAfter?: FreshnessLimit;
  errorAfter?: FreshnessLimit;
  /** Only rows that meet this SQL condition count. */
  filter?: string;
}

/** A limit as it was written, and in milliseconds. */
export interface FreshnessLimit {
  text: string;
  millis: number;
}

const keys = ["loadedAt", "warnAfter", "errorAfter", "filter"];

/** Reads `freshness: { … }` of a declaration. */
export function freshnessOf(
  reader: SettingsReader,
  value: unknown,
  path: string,
): FreshnessSettings {
  const given = reader.object(value, path, keys);
  if (given.loadedAt === undefined) reader.problems.push(`${path} must have loadedAt`);
  if (given.warnAfter === undefined && given.errorAfter === undefined) {
    reader.problems.push(`${path} must have warnAfter or errorAfter`);
  }
  const limit = (key: "warnAfter" | "errorAfter"): FreshnessLimit | undefined => {
    const millis = reader.duration(given[key], `${path}.${key}`);
    return millis === undefined ? undefined : { text: String(given[key]).trim(), millis };
  };
  const [warnAfter, errorAfter] = [limit("warnAfter"), limit("errorAfter")];
  if (warnAfter && errorAfter && warnAfter.millis >= errorAfter.millis) {
    reader.problems.push(`${path}.warnAfter must be shorter than errorAfter`);
  }
  const filter = reader.text(given.filter, `${path}.filter`);
  return {
    loadedAt: reader.text(given.loadedAt, `${path}.loadedAt`) ?? "",
    ...(warnAfter && { warnAfter }),
    ...(errorAfter && { errorAfter }),
    ...(filter !== undefined && { filter }),
  };
}
