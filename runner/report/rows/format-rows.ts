import type { QueryResult } from "../../database/database.ts";
import { forWorkflow } from "../for-workflow.ts";
import { formatCsv } from "./csv.ts";
import { formatJson } from "./json-rows.ts";
import { formatTable } from "./table.ts";

/** How rows are printed. */
export type RowFormat = "table" | "csv" | "json";

/**
 * Takes the result of a statement and returns its rows as text that ends with a line break. `note`
 * is added to the count of rows below a table.
 */
export function formatRows(result: QueryResult, format: RowFormat, note = ""): string {
  const { columns, rows } = result;
  switch (format) {
    case "csv":
      return formatCsv(columns, rows, { lineBreak: "\n" });
    case "json":
      return forWorkflow(formatJson(columns, rows));
    case "table":
      return forWorkflow(formatLikePsql(result, note));
  }
}

function formatLikePsql({ columns, rows, command, rowCount }: QueryResult, note: string): string {
  if (columns.length === 0) return `${command}${rowCount === null ? "" : ` ${rowCount}`}\n`;
  const footer = `(${rows.length} ${rows.length === 1 ? "row" : "rows"}${note})`;
  return `${[...formatTable(columns, rows), footer].join("\n")}\n`;
}
