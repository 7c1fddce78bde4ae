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
 * Takes the project's default schema and returns the dialect that core is to write. The rules of
 * built-in assertions are added to `rules`, by the SQL that they become.
 * @param {string | undefined} defaultSchema
 * @param {Map<string, import("../../compiled-graph.ts").BuiltInRule>} [rules]
 * @returns {Dialect}
 */
export function postgresDialect(defaultSchema, rules = new Map()) {
  return {
    resolveTarget: (target) => {
      const name = quoteIdentifier(fittingName(target.name));
      const schema = target.schema || defaultSchema;
      return schema ? `${quoteIdentifier(schema)}.${name}` : name;
    },
    sqlString: quoteLiteral,
    indexAssertion: (relation, keyColumns) => {
      const uniqueKey = keyColumns.map(columnSql);
      const sql = indexAssertion(relation, uniqueKey.join(", "));
      rules.set(sql, { uniqueKey });
      return sql;
    },
    rowConditionsAssertion: (relation, conditions) => {
      const sql = rowConditionsAssertion(relation, conditions);
      rules.set(sql, { conditions });
      return sql;
    },
  };
}

/**
 * Takes a graph in its JSON form and gives its built-in assertions their rules as data.
 * @param {unknown} graph
 * @param {ReadonlyMap<string, import("../../compiled-graph.ts").BuiltInRule>} rules
 */
export function putRules(graph, rules) {
  const { assertions = [] } =
    /** @type {Pick<import("../../compiled-graph.ts").CompiledGraph, "assertions">} */ (graph);
  for (const assertion of assertions) {
    const rule = assertion.parentAction && rules.get(assertion.query ?? "");
    if (rule !== undefined) assertion.rule = rule;
  }
}

/**
 * @param {string} relation
 * @param {string} key
 */
function indexAssertion(relation, key) {
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
