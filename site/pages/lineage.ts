import { count, nothing } from "../../runner/pages/format.ts";
import { html } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { interval, percent } from "../html/format.ts";
import { rowsLink } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms, sqlBlock } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { number, type Row } from "../read/rows.ts";
import { boundsOf, type Report } from "../report.ts";
import { metaLine } from "./overview.ts";

/** From any number of an application to its tests, and from a test to what was received. */
export function lineagePage(report: Report): PageFile[] {
  const terms = createTerms(report.facts.comments);
  const bounds = boundsOf(report, report.days);
  const rows = inWindow(report.facts.windows.rows, report.days);
  const counted = (label: string, column: string, filter: object) => ({
    label,
    head: terms.define(label, { column: `window_metrics.${column}` }),
    align: "right" as const,
    cell: (row: Row) => ({
      text: count(row[column]),
      key: number(row[column]),
      href:
        number(row[column]) > 0
          ? rowsLink(row.app_id, { from: bounds?.first, to: bounds?.last, ...filter })
          : undefined,
    }),
  });
  const list = longTable({
    id: "numbers",
    csv: "window_metrics",
    caption: "Numbers of each application and the tests behind them",
    rows,
    search: "application",
    empty: "No application is known yet.",
    columns: [
      {
        label: "Application",
        cell: (row) => ({ text: row.app_name ?? nothing, href: rowsLink(row.app_id, {}) }),
      },
      {
        label: "Kept, %",
        align: "right",
        cell: (row) => ({
          text: percent(row.kept_pct),
          sub: row.kept_pct ? interval(row.kept_low, row.kept_high) : undefined,
          key: row.kept_pct ? Number(row.kept_pct) : -1,
        }),
      },
      counted("Tests", "total_tests", {}),
      counted("Passed", "passed_tests", { status: "passed" }),
      counted("Failed", "failed_tests", { status: "failed" }),
      counted("Met", "rto_met_tests", { verdict: "met" }),
      counted("Breached", "rto_breached_tests", { verdict: "breached" }),
      counted("Undetermined", "rto_undetermined_tests", { verdict: "undetermined" }),
      counted("Recovered", "recovered_tests", { recovery: "recovered" }),
      counted("Never recovered", "unrecovered_tests", { recovery: "unrecovered" }),
    ],
  });
  const text = page(report, {
    chapter: "lineage",
    title: "Where does a number come from?",
    answer:
      "Every number is counted from tests; each test leads to the row that was received, the hash of its payload, and the SQL that takes the hash again.",
    meta: metaLine(report, report.days),
    main: html`${section("Numbers and the tests behind them", { remark: `${report.days} days; a number leads to exactly the tests that it counts.` }, list.markup)}
${section(
  "The way down",
  {},
  html`<ol class="steps"><li>A number of this report is a column of a view; its definition names both.</li><li>Its tests stand in the list that it leads to, and in <code>metric_lineage</code>.</li><li>Each has its row in bronze (<code>raw_test_id</code>), the hash that the loader took of what it received, and whether the payload in bronze still has it.</li></ol>
${sqlBlock(`select raw_test_id, scenario_id, status, recovery_sample_seconds, rto_result,
  source_system, source_run_id, payload_hash, is_payload_unchanged
from resiliency.metric_lineage
where app_id = ${rows[0]?.app_id ?? 1} and metric_date between '${bounds?.first ?? "…"}' and '${bounds?.last ?? "…"}'`)}`,
)}`,
    terms,
  });
  return [{ path: "lineage.html", text }, ...list.files];
}
