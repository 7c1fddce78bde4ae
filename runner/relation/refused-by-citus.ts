import type { SqlError } from "../errors.ts";

// feature_not_supported
const notSupported = "0A000";

/**
 * Whether an error may be what Citus says of a query that it cannot divide among its nodes, and not of a
 * change of a table, which is the runner's.
 */
export function isRefusedByCitus({ sqlstate, statement = "" }: SqlError): boolean {
  return sqlstate === notSupported && !/^\s*alter\b/i.test(statement);
}

/** The error of a query that reads spread tables, with what to write instead. */
export function withCitusHint(error: SqlError): SqlError {
  const ours = advice.find(([pattern]) => pattern.test(error.message))?.[1] ?? usual;
  const theirs = error.hint?.replace(/\.$/, "");
  return { ...error, hint: theirs ? `${theirs}; ${ours}` : ours };
}

const usual =
  "Citus refuses this on spread tables: take their rows in a step `with … as materialized (select …)`, and do the rest with that (docs/scaling.md)";

const advice: [RegExp, string][] = [
  [
    /co-?located|complex joins|partition column|distribution column/i,
    "join spread tables by the columns by which they are distributed (postgres.distributedBy, colocateWith), make the small one a reference table (postgres.reference), or take its rows in a step `with … as materialized (select …)` (docs/scaling.md)",
  ],
  [
    /lateral/i,
    "join spread tables by the columns by which they are distributed, without lateral … offset 0 (docs/scaling.md)",
  ],
];
