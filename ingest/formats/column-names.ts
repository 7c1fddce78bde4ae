import { type Column, type ColumnType, columnsOf, type Kind } from "./canonical-columns.ts";
import { inUtc, readers, readPassed, readRecovered, type Value } from "./canonical-values.ts";
import type { FormatContext } from "./format.ts";
import { lengthReader, unitPattern } from "./lengths.ts";

/** The column that a name of a file means. */
export interface NamedColumn {
  column: string;
  /** What its values are, where that is more than the column's type. */
  type?: ColumnType;
  /** Reads its values, where the type of the column is not enough. */
  read?: (value: unknown, context: FormatContext) => Value | undefined;
  /** It says how far a test came (`Execution status`), and need not be its verdict (`Test result`). */
  isStatus?: boolean;
  /** It may number the rows of one file, as forms and spreadsheets do, and name nothing beyond it. */
  isNumber?: boolean;
}

/** What people call lengths, apart from their unit. */
const lengths: [RegExp, string][] = [
  [/^(test_|drill_|total_|run_)?(duration|elapsed|elapsed_time)$/, "duration_seconds"],
  [
    /^(actual_|measured_|achieved_)?(recovery|recovery_time|rta|time_to_(recover|recovery|restore)|recovery_duration|m?ttr)$/,
    "recovery_seconds",
  ],
  [
    /^((actual|measured|achieved|observed)_rto|(rto|recovery_time)_(actual|measured|achieved))$/,
    "recovery_seconds",
  ],
  [
    /^((actual|measured|achieved)_rpo|rpo_(actual|measured|achieved)|data_loss|rpa)$/,
    "data_loss_seconds",
  ],
];
const withUnit = new RegExp(`^(.+?)(?:_in)?_(${unitPattern}|hh?:mm(?::ss)?|mm?:ss)$`);

/** The column of a kind of row that a name means, in any case, with a unit or `UTC`; undefined for none. */
export function namedColumn(kind: Kind, name: string): NamedColumn | undefined {
  const plain = plainName(name);
  const named = columnNamed(kind, plain.replace(zone, ""));
  if (named === undefined || !zone.test(plain)) return named;
  const type = columnsOf(kind)[named.column]?.type ?? "text";
  return { ...named, read: inUtc(named.read ?? readers[type]) };
}

function columnNamed(kind: Kind, plain: string): NamedColumn | undefined {
  const columns: Record<string, Column> = columnsOf(kind);
  const column = columnOf(columns, plain);
  if (column === "passed") return { column, read: readPassed };
  if (column === "source_run_id") return { column, isNumber: plain === "id" };
  if (column === "status") return { column, isStatus: plain.endsWith("status") };
  if (/^(resolved|completed|failover_completed?)$/.test(plain) && column !== undefined) {
    return { column, read: readWhen };
  }
  if (column === "is_recovered" && plain !== column) {
    return { column, type: "time", read: readRecovered };
  }
  if (column !== undefined) return { column };
  const [, base = plain, unit] = withUnit.exec(plain) ?? [];
  const length = lengths.find(([pattern]) => pattern.test(base))?.[1];
  if (length === undefined || !Object.hasOwn(columns, length)) return undefined;
  return { column: length, read: lengthReader(unit) };
}

/** A time, or null where a column of yes and no says nothing about it. */
function readWhen(value: unknown, context: FormatContext): Value | undefined {
  const read = readRecovered(value, context);
  return typeof read === "boolean" ? null : read;
}

function columnOf(columns: Record<string, Column>, plain: string): string | undefined {
  if (Object.hasOwn(columns, plain)) return plain;
  const found = Object.keys(columns).find((each) => columns[each]?.aliases?.includes(plain));
  if (found !== undefined) return found;
  const own = columnOfTest(plain);
  const column = own === plain ? undefined : columnOf(columns, own);
  return column !== undefined && ofTest.includes(column) ? column : undefined;
}

/** A name without the words that say whose start, end, title or outcome it is. */
function columnOfTest(plain: string): string {
  return plain
    .replace(/^(dr|test|drill|exercise|experiment|execution)_/, "")
    .replace(/^actual_(?=start|end)/, "");
}

const ofTest = ["start_time", "end_time", "status", "passed", "scenario_name"];

/** Spreadsheets write units and zones in brackets, as in "Duration (ms)", and programs "durationMs". */
function plainName(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[()[\]*?#]/g, " ")
    .trim()
    .replace(/:$/, "")
    .replace(/[\s/-]+/g, "_");
}

const zone = /_(utc|gmt)$/;
