// Only this file decides how a compiled project is written in PostgreSQL: these four functions
// replace those of @dataform/core (docs/upstream/dataform-core.md, facts 1 to 4).
import { fittingName } from "../../../names/fitting-name.js";
import { columnSql } from "./column-names.js";

/**
 * What `@dataform/core` asks of a dialect. A target may be partial: it is also used as a key, so
 * the answer depends on nothing but the target and the project's default schema.
 * @typedef {object} Dialect
 * @property {(target: PartialTarget) => string} resolveTarget
 * @property {(value: string) => string} sqlString
 * @property {(relation: string, keyColumns: string[]) => string} indexAssertion
 * @property {(relation: string, conditions: string[]) => string} rowConditionsAssertion
 */

/** @typedef {{ database?: string, schema?: string, name: string }} PartialTarget */

/**
 * Takes the project's default schema and returns the dialect that core is to write.
 * @param {string | undefined} defaultSchema
 * @returns {Dialect}
 */
export function postgresDialect(defaultSchema) {
  return {
    resolveTarget: (target) => {
      const name = quoteIdentifier(fittingName(target.name));
      const schema = target.schema || defaultSchema;
      return schema ? `${quoteIdentifier(schema)}.${name}` : name;
    },
    sqlString: quoteLiteral,
    indexAssertion,
    rowConditionsAssertion,
  };
}

/**
 * @param {string} relation
 * @param {string[]} keyColumns
 */
function indexAssertion(relation, keyColumns) {
  const key = keyColumns.map(columnSql).join(", ");
  return `
SELECT
  *
FROM (
  SELECT
    ${key},
    COUNT(1) AS index_row_count
  FROM ${relation}
  GROUP BY ${key}
  ) AS data
WHERE index_row_count > 1
`;
}

/**
 * @param {string} relation
 * @param {string[]} conditions
 */
function rowConditionsAssertion(relation, conditions) {
  return conditions
    .map(
      (condition) => `
SELECT
  ${quoteLiteral(condition)} AS failing_row_condition,
  *
FROM ${relation}
WHERE NOT (${condition})
`,
    )
    .join("UNION ALL");
}

/** @param {string} name */
function quoteIdentifier(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

/** @param {string} value */
function quoteLiteral(value) {
  return `'${value.replaceAll("'", "''")}'`;
}
