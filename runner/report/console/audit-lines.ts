import type { AuditResult, AuditStatus, Drift, TableAudit } from "../../audit/audit-result.ts";
import { targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { counted } from "../limit-text.ts";
import type { Colors } from "./colors.ts";
import { formatDifference } from "./format-difference.ts";
import { type FormatErrorOptions, formatError } from "./format-error.ts";

/** How the audit of a table is laid out. */
export interface AuditLineOptions extends FormatErrorOptions {
  colors: Colors;
}

const indent = "    ";

/** Takes the audit of one table; returns its line and, when it is not exact, its differences. */
export function auditLines(table: TableAudit, options: AuditLineOptions): string[] {
  const { target, status, timing } = table;
  const seconds = ((timing.endTimeMillis - timing.startTimeMillis) / 1000).toFixed(2);
  const head = [
    statusColor(options.colors, status)(status.padEnd("cancelled".length)),
    visibleText(targetName(target)),
    summaryOf(table),
    ...(status === "skipped" ? [] : [options.colors.dim(`${seconds} s`)]),
  ].filter((part) => part !== "");
  const findings = findingsOf(table, options);
  return [head.join("  "), ...findings.map((line) => `${indent}${line}`.trimEnd())];
}

/** Takes a whole audit and returns its last lines: how many tables ended how, by which keys, and what corrects those that drifted. */
export function auditSummary({ tables, timing, sample }: AuditResult, colors: Colors): string[] {
  if (tables.length === 0) return ["nothing to audit: the project has no incremental table"];
  const counts = (["exact", "drifted", "failed", "skipped", "cancelled"] as const).flatMap(
    (status) => {
      const count = tables.filter((table) => table.status === status).length;
      return count > 0 ? [statusColor(colors, status)(`${count} ${status}`)] : [];
    },
  );
  const seconds = ((timing.endTimeMillis - timing.startTimeMillis) / 1000).toFixed(2);
  const part = sample ? [`of ${sample.percent} % of the keys (--seed ${sample.seed})`] : [];
  const summary = [counts.join(", "), ...part, `${seconds} s`].join("  ");
  return [summary, ...correction(tables)];
}

function correction(tables: readonly TableAudit[]): string[] {
  const drifted = tables.filter(({ status }) => status === "drifted");
  if (drifted.length === 0) return [];
  const names = drifted.map(({ target }) => visibleText(targetName(target)));
  return [`to compute them anew: npx dataform run --full-refresh --actions "${names}"`];
}

function summaryOf({ drift, reason, rowCount }: TableAudit): string {
  if (reason !== undefined) return visibleText(reason);
  const rows = rowCount === undefined ? [] : [counted(rowCount, "row")];
  return [...rows, ...(drift ? driftTotals(drift) : [])].join(", ");
}

function driftTotals({ missingRows, extraRows, differentRows }: Drift): string[] {
  const totals = { missing: missingRows, extra: extraRows, different: differentRows };
  return Object.entries(totals).flatMap(([word, rows]) => (rows > 0 ? [`${rows} ${word}`] : []));
}

function findingsOf(table: TableAudit, { maxWidth, ...options }: FormatErrorOptions): string[] {
  const width = maxWidth === undefined ? undefined : maxWidth - indent.length;
  const { drift, error } = table;
  if (error) return formatError(error, table, { ...options, maxWidth: width });
  if (!drift) return [];
  return [
    "- as a full refresh would make it, + as it is",
    ...formatDifference(drift.difference, { maxWidth: width }),
  ];
}

function statusColor(colors: Colors, status: AuditStatus): (text: string) => string {
  switch (status) {
    case "exact":
      return colors.green;
    case "drifted":
    case "failed":
      return colors.red;
    case "cancelled":
      return colors.yellow;
    case "skipped":
      return colors.dim;
  }
}
