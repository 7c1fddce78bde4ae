import { RunnerError } from "../../errors.ts";
import { quoteIdentifier } from "../../names/identifiers.ts";
import type { Partitioning, RangeUnit } from "../publish-task.ts";
import { sliceOf } from "./slice.ts";

const rangeUnits: readonly string[] = ["hour", "day", "week", "month", "quarter", "year"];
const keys = ["column", "expression", "range", "list", "hash"];
const duration = /^\d+ (hour|day|week|month|year)s?( \d+ (hour|day|week|month|year)s?)*$/;

/**
 * Takes `postgres.partitionBy` and `postgres.partitionRetention` as they were written and returns
 * the partitioning of a plan; undefined when the table is not partitioned. A text is a column or an
 * expression of BigQuery over it: `DATE_TRUNC(day, MONTH)`. Throws UNSUPPORTED_ACTION with `where`
 * (file and table) for other values.
 */
export function partitioningOf(
  settings: { partitionBy?: unknown; partitionRetention?: unknown },
  where: string,
): Partitioning | undefined {
  const { partitionBy, partitionRetention } = settings;
  if (partitionBy === undefined) {
    if (partitionRetention === undefined) return undefined;
    throw refusal(where, "has postgres.partitionRetention and no postgres.partitionBy");
  }
  const given =
    typeof partitionBy === "string" ? fromText(partitionBy, where) : fromObject(partitionBy, where);
  const retention = retentionOf(partitionRetention, given, where);
  return { ...given, ...(retention === undefined ? {} : { retention }) };
}

function fromText(text: string, where: string): Partitioning {
  const { column, grain } = sliceOf(text, where);
  if (grain === "other") {
    throw refusal(where, `has postgres.partitionBy: ${JSON.stringify(text)}`);
  }
  return { ...keyOf(column), by: { range: grain === "value" ? "day" : grain } };
}

function fromObject(value: unknown, where: string): Partitioning {
  const given = (Array.isArray(value) ? {} : value) as Record<string, unknown>;
  const { column, expression, range, list, hash } = given;
  const unknown = Object.keys(given).filter((key) => !keys.includes(key));
  if (unknown.length > 0) {
    throw refusal(where, `has an unknown setting in postgres.partitionBy: ${unknown.join(", ")}`);
  }
  if ((typeof column === "string") === (typeof expression === "string")) {
    throw refusal(where, "must have either a column or an expression in postgres.partitionBy");
  }
  const methods = [range, list === false ? undefined : list, hash];
  if (methods.filter((method) => method !== undefined).length !== 1) {
    throw refusal(where, "must have one of range, list and hash in postgres.partitionBy");
  }
  const by = methodOf(given);
  if (by === undefined) throw refusal(where, `has postgres.partitionBy: ${JSON.stringify(value)}`);
  return typeof column === "string" ? { ...keyOf(column), by } : { key: `(${expression})`, by };
}

function methodOf({ range, list, hash }: Record<string, unknown>): Partitioning["by"] | undefined {
  if (list === true) return "list";
  if (typeof hash === "number") {
    return Number.isInteger(hash) && hash > 0 && hash <= 1024 ? { hash } : undefined;
  }
  if (typeof range === "number") return range > 0 ? { range } : undefined;
  const unit = typeof range === "string" ? range.toLowerCase() : "";
  return rangeUnits.includes(unit) ? { range: unit as RangeUnit } : undefined;
}

function keyOf(column: string): Pick<Partitioning, "key" | "column"> {
  return { key: quoteIdentifier(column), column };
}

function retentionOf(value: unknown, { by }: Partitioning, where: string): string | undefined {
  if (value === undefined) return undefined;
  if (by === "list" || "hash" in by) {
    throw refusal(where, "has postgres.partitionRetention, which needs partitions by range");
  }
  if (typeof by.range === "number") {
    if (typeof value === "number" && value > 0) return String(value);
    throw refusal(where, "must have a number in postgres.partitionRetention, as in partitionBy");
  }
  if (typeof value === "string" && duration.test(value.trim())) return value.trim();
  if (typeof value === "object" && value !== null) {
    const text = Object.entries(value).map(([unit, count]) => `${count} ${unit}`);
    if (duration.test(text.join(" "))) return text.join(" ");
  }
  throw refusal(where, `has postgres.partitionRetention: ${JSON.stringify(value)}`);
}

function refusal(where: string, what: string): RunnerError {
  return new RunnerError("UNSUPPORTED_ACTION", `${where} ${what}`, {
    hint: 'for example partitionBy: { column: "day", range: "month" }, partitionRetention: "2 years"; range is hour, day, week, month, quarter, year or a number, list: true and hash: 8 are the other ways',
  });
}
