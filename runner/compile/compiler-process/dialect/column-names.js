// One rule for the names of columns in a config block: a name is a column's, exactly as it is written,
// and an expression is SQL.

// Reserved in PostgreSQL 18 (`select word from pg_get_keywords() where catcode in ('R', 'T')`).
const reserved = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check " +
    "collate collation column concurrently constraint create cross current_catalog current_date " +
    "current_role current_schema current_time current_timestamp current_user default deferrable desc " +
    "distinct do else end except false fetch for foreign freeze from full grant group having ilike in " +
    "initially inner intersect into is isnull join lateral leading left like limit localtime " +
    "localtimestamp natural not notnull null offset on only or order outer overlaps placing primary " +
    "references returning right select session_user similar some symmetric system_user table " +
    "tablesample then to trailing true union unique user using variadic verbose when where window with"
  ).split(" "),
);

/**
 * Takes an entry of `uniqueKey` or `nonNull` and returns it as SQL: in quotes when it is a plain name
 * that means something else without them, unchanged otherwise.
 * @param {string} entry
 */
export function columnSql(entry) {
  const isName = /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(entry);
  return isName && (/\p{Lu}/u.test(entry) || reserved.has(entry)) ? `"${entry}"` : entry;
}

/**
 * Takes the config of an action and returns it with the names in `assertions.nonNull` as SQL, which
 * core writes into conditions.
 * @param {Record<string, unknown>} config
 * @returns {Record<string, unknown>}
 */
export function withNonNullColumns(config) {
  const { assertions } = config;
  if (typeof assertions !== "object" || assertions === null) return config;
  return {
    ...config,
    assertions: withNonNull(/** @type {Record<string, unknown>} */ (assertions)),
  };
}

/**
 * The same for `assertions` itself.
 * @param {Record<string, unknown>} assertions
 * @returns {Record<string, unknown>}
 */
export function withNonNull(assertions) {
  const { nonNull } = assertions;
  if (typeof nonNull === "string") return { ...assertions, nonNull: columnSql(nonNull) };
  if (!Array.isArray(nonNull)) return assertions;
  const columns = nonNull.map((each) => (typeof each === "string" ? columnSql(each) : each));
  return { ...assertions, nonNull: columns };
}
