import type { SqlError } from "../../errors.ts";
import { sqlBeginning, sqlExcerpt } from "../../sql/excerpt.ts";
import { locateInSource, type SourceLocation } from "../../sql/locate-in-source.ts";
import { statementLine } from "../../sql/statement-line.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { limitText } from "../limit-text.ts";

/** Gives the text of a project file by its name in the project, or undefined when it cannot. */
export type ReadSource = (fileName: string) => string | undefined;

/** What a formatted error needs besides the error. */
export interface FormatErrorOptions {
  /** Finds the place in the SQLX file; without it only the file is named. */
  readSource?: ReadSource | undefined;
  /** Turns a file name of the project into one that can be clicked; unchanged by default. */
  showPath?: ((fileName: string) => string) | undefined;
  /** Columns of the terminal; 100 unless told. */
  maxWidth?: number | undefined;
}

type SqlErrorOptions = Pick<FormatErrorOptions, "maxWidth"> & { sqlName?: string };

const longestText = 2000;

/**
 * Takes a refused statement and the action's file (relative to the project). Returns lines that are
 * safe to print: the place in the file, PostgreSQL's message with SQLSTATE, the SQL with a caret (or
 * its first lines), detail, hint and context.
 */
export function formatError(
  error: SqlError,
  action: { fileName: string },
  options: FormatErrorOptions = {},
): string[] {
  return [placeLine(error, action.fileName, options), ...formatSqlError(error, options)];
}

/** The same without a place in a file; `sqlName` says what the SQL is where it was not compiled. */
export function formatSqlError(
  error: SqlError,
  { maxWidth = 100, sqlName = "compiled SQL" }: SqlErrorOptions = {},
): string[] {
  const state = error.sqlstate === undefined ? "" : ` (SQLSTATE ${error.sqlstate})`;
  return [
    ...labelled("error", error.message, state),
    ...statementLines(error, maxWidth, sqlName),
    ...labelled("detail", error.detail),
    ...labelled("hint", error.hint),
    ...labelled("constraint", error.constraint),
    ...labelled("where", error.where),
  ];
}

/**
 * Takes an error and its action's file; returns the line in the SQLX file, when it can be told: that
 * of the error, or where PostgreSQL names no position the first line of the statement.
 */
export function errorLine(
  error: SqlError,
  fileName: string,
  readSource: ReadSource | undefined,
): number | undefined {
  return placedError(error, fileName, readSource).line;
}

/** An error with its place in a file of the project. */
export interface PlacedError extends SqlError {
  /** Relative to the project folder. */
  file: string;
  /** 1-based; absent when it cannot be told. */
  line?: number;
  /** 1-based, in Unicode code points; absent when only the line is known. */
  column?: number;
}

/** Takes an error and its action's file; returns it with the place that the terminal shows. */
export function placedError(
  error: SqlError,
  fileName: string,
  readSource: ReadSource | undefined,
): PlacedError {
  const place = locate(error, readSource?.(fileName));
  return {
    ...error,
    file: fileName,
    ...(place && { line: place.line }),
    ...(place && "column" in place && { column: place.column }),
  };
}

type Place = SourceLocation | { line: number; precision: "statement" };

function locate({ statement, position }: SqlError, source: string | undefined): Place | undefined {
  if (statement === undefined || source === undefined) return undefined;
  if (position !== undefined) return locateInSource(source, statement, position);
  const line = statementLine(source, statement);
  return line === undefined ? undefined : { line, precision: "statement" };
}

function placeLine(error: SqlError, fileName: string, options: FormatErrorOptions): string {
  const path = visibleText(options.showPath?.(fileName) ?? fileName);
  const place = locate(error, options.readSource?.(fileName));
  if (!place) return path;
  if (place.precision === "statement") return `${path}:${place.line} (the statement begins here)`;
  return `${path}:${place.line}:${place.column}${precisionNote(place)}`;
}

function precisionNote(location: SourceLocation): string {
  switch (location.precision) {
    case "exact":
      return "";
    case "expression":
      return " (in the SQL that this expression became)";
    case "nearby":
      return " (about here)";
  }
}

function statementLines(error: SqlError, maxWidth: number, sqlName: string): string[] {
  const { statement, position } = error;
  if (statement === undefined || statement.trim() === "") return [];
  const excerpt = position === undefined ? [] : sqlExcerpt(statement, position, { maxWidth });
  const lines = excerpt.length > 0 ? excerpt : sqlBeginning(statement, { maxWidth });
  return [`${sqlName}:`, ...lines];
}

function labelled(label: string, text: string | undefined, suffix = ""): string[] {
  if (text === undefined || text.trim() === "") return [];
  const lines = visibleText(limitText(text.trim(), longestText) + suffix).split("\n");
  return lines.map((line, index) => (index === 0 ? `${label}: ${line}` : `  ${line}`));
}
