import { quoteIdentifier } from "../../names/identifiers.ts";
import type { Slice } from "../../plan/publish-task.ts";
import type { Column } from "../../relation/relation.ts";

/**
 * Returns the expression of a slice for use in SQL of an author: it calls only PostgreSQL's own
 * functions, whatever the search_path is, and truncates points in time in UTC, as native partitions do,
 * whatever the time zone of the session is.
 */
export function sliceSql({ column, grain, expression }: Slice, columns: readonly Column[]): string {
  if (grain === "value") return expression;
  const name = quoteIdentifier(column);
  const { baseType } = columns.find((each) => each.name === column) ?? { baseType: "" };
  const inZone = expression.includes("::timestamptz")
    ? "timestamp without time zone"
    : "timestamp with time zone";
  const value = baseType === inZone ? `(${name} at time zone 'UTC')` : name;
  return expression.split(name).map(qualified).join(value);
}

function qualified(text: string): string {
  return text
    .replace(/\b(date_trunc|width_bucket|generate_series)\(/g, "pg_catalog.$1(")
    .replace(/::(date|timestamptz)\b/g, "::pg_catalog.$1")
    .replace(" + interval", " operator(pg_catalog.+) interval");
}
