import type { Kind } from "./canonical-columns.ts";
import { type NamedColumn, namedColumn } from "./column-names.ts";
import { dayColumn, endDayColumn } from "./day-column.ts";

/** What a header or the keys of an object hold; columns that are not known are undefined. */
export interface Header {
  kind: Kind;
  columns: (NamedColumn | undefined)[];
  /** The column with the day of the times of day in the others. */
  day?: number | undefined;
  /** The column with another day for the time of day of the end. */
  endDay?: number | undefined;
}

/** Of a column that is known, and whose values stay in the payload all the same: another column says it better. */
export const leftOut: NamedColumn = { column: "" };

/** The header as columns of one kind of row; undefined when it is none of a canonical row. */
export function readHeader(names: readonly string[]): Header | undefined {
  const day = dayColumn(names);
  const endDay = endDayColumn(names);
  // beside the number of failures, it is a number, too
  const isCount = names.some((name) => /^\s*fail(ed|ures?)\s*$/i.test(name));
  const named = names.map((name) => {
    const column = namedColumn("test", name);
    return column?.column === "passed" && isCount ? undefined : column;
  });
  const columns = withoutNoted(names, named, "start_time");
  const hasStart = columns.some((each, index) => each?.column === "start_time" && index !== day);
  const clock = names.findIndex((name) => /^\s*time(\s*|\W*(utc|gmt)\W*)$/i.test(name));
  // a time of day by itself is the start, where another column has the day
  if (day !== undefined && !hasStart && clock >= 0) {
    columns[clock] = namedColumn("test", `start ${names[clock]}`);
  }
  const fault = columns.findIndex((each) => each?.column === "fault_at");
  // a test begins with its fault, where nothing else says when
  if (!columns.some((each) => each?.column === "start_time") && fault >= 0) {
    columns[fault] = { ...columns[fault], column: "start_time" };
  }
  const has = (...wanted: string[]) => columns.some((each) => each && wanted.includes(each.column));
  const outages = names.map((name) => namedColumn("outage", name));
  const outage = withoutNoted(names, outages, "outage_start");
  const [outageEnd, isOutage] = outageOf(outage);
  // a list of incidents has a status and a start, too: a test does not end with `resolved_at`
  const isIncident = isOutage && columns[outageEnd] === undefined && !has("scenario_name");
  if (has("status", "passed") && has("start_time") && !isIncident) {
    const isTest = has("scenario_name") || has("app_name", "app_id");
    if (!isTest || isLog(names, columns)) return undefined;
    return { kind: "test", columns: namedByFault(names, columns), day, endDay };
  }
  if (!isOutage || has("scenario_name")) return undefined;
  return { kind: "outage", columns: outage, day, endDay };
}

/** The place of the end of an outage, and whether all is there that an outage needs. */
function outageOf(columns: Header["columns"]): [number, boolean] {
  const known = columns.map((each) => each?.column);
  const isOutage = known.includes("outage_start") && known.includes("outage_end");
  const hasApp = known.includes("app_name") || known.includes("app_id");
  return [known.indexOf("outage_end"), isOutage && hasApp];
}

/**
 * Whether its only time is one that every line of a log and every point of a measurement has. Then it is a test
 * with a scenario alone, and when at least half of its columns are those of one.
 */
function isLog(names: readonly string[], columns: Header["columns"]): boolean {
  const isNoted = (name: string, index: number) =>
    columns[index]?.column !== "start_time" || notedName.test(name);
  if (!names.every(isNoted)) return false;
  const known = columns.filter((each) => each !== undefined);
  return known.length * 2 < names.length || !known.some(({ column }) => column === "scenario_name");
}

/** What a program calls the time at which it wrote a line. */
const notedName = /^\W*(timestamp|ts|date[\s_-]?time)\W*$/i;

/** What programs call the whole time, beside which their `date` is a part of it. */
const isExact = (name: string) => /^(timestamp|ts|date_?time)$/.test(name);

/** The first columns of a sheet of Microsoft Forms: when an answer was begun and sent, and not the test. */
const formNames = /^id,start time,completion time,email(,|$)/i;

/**
 * Leaves out when a row was written, where another column says the start: forms put the time at which an answer was
 * sent before the date of the drill.
 */
function withoutNoted(
  names: readonly string[],
  columns: Header["columns"],
  start: string,
): Header["columns"] {
  const isForm = formNames.test(names.join(","));
  const isNoted = (index: number) =>
    notedName.test(names[index] ?? "") || (isForm && (index === 1 || index === 2));
  const isPart = (name = "") => /^(date|day)$/.test(name) && names.some(isExact);
  const hasOther = columns.some(
    (each, index) => each?.column === start && !isNoted(index) && !isPart(names[index]),
  );
  if (!hasOther) return [...columns];
  return columns.map((each, index) => (each !== undefined && isNoted(index) ? leftOut : each));
}

/** What was done to the system names a test, where nothing else does. */
function namedByFault(names: readonly string[], columns: Header["columns"]): Header["columns"] {
  const fault = names.findIndex((name) => faultName.test(name));
  const isNamed = columns.some((each) => each?.column === "scenario_name");
  return isNamed || fault < 0 ? columns : columns.with(fault, { column: "scenario_name" });
}

const faultName =
  /^\W*((fault|attack|chaos)([\s_-]?(type|name))?|(failure|experiment)[\s_-]?(type|mode))\W*$/i;
