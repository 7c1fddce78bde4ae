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
  const value = columnIn(name, baseType, expression);
  return expression.split(name).map(qualified).join(value);
}

/** The column as SQL, in a type that the expression takes without a look at the time zone of the session. */
function columnIn(name: string, baseType: string, expression: string): string {
  // The day of a date is the date itself, which an index may have.
  if (baseType === "date" && expression === `${name}::date`) return name;
  // PostgreSQL would truncate a date as the point in time at which it begins in the session's time zone.
  const point = baseType === "date" ? `${name}::pg_catalog.timestamp` : name;
  const inZone = expression.includes("::timestamptz")
    ? ["date", "timestamp without time zone"]
    : ["timestamp with time zone"];
  return inZone.includes(baseType) ? `(${point} at time zone 'UTC')` : point;
}

function qualified(text: string): string {
  return text
    .replace(/\b(date_trunc|width_bucket|generate_series)\(/g, "pg_catalog.$1(")
    .replace(/::(date|timestamptz)\b/g, "::pg_catalog.$1")
    .replace(" + interval", " operator(pg_catalog.+) interval");
}
