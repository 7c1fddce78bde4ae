import { count, nothing } from "../../runner/pages/format.ts";
import { html } from "../../runner/pages/html.ts";
import { facetOf, type PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { minutes, percent, times } from "../html/format.ts";
import { pageName, rowsLink } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { number, type Row } from "../read/rows.ts";
import type { Report } from "../report.ts";
import { applicationCell } from "./application-lists.ts";
import { metaLine } from "./overview.ts";
import { recoverySection } from "./recovery-table.ts";

/** Means that stand in the page; the rest are in the CSV. */
const mostMeans = 40;

/** How fast systems really recover, and who is closest to a breach. */
export function recoveryPage(report: Report, days: number): PageFile[] {
  const terms = createTerms(report.facts.comments);
  const {
    all_applications: pooled,
    rto_margin_ranking: ranking,
    mttr_by_scenario: mttr,
  } = report.facts.data;
  const all = inWindow(pooled.rows, days)[0];
  const recoveries = number(all?.recovered_tests) + number(all?.unrecovered_tests);
  const list = longTable({
    id: "margin",
    csv: "rto_margin_ranking",
    caption: "Who is closest to a breach",
    rows: ranking.rows,
    facets: [
      facetOf({ key: "app", label: "Application" }, ranking.rows, (row) => ({
        value: row.app_id ?? "",
        label: row.app_name ?? "",
      })),
    ],
    facetsOf: (row) => ({ app: row.app_id ?? "" }),
    search: "application or scenario",
    empty: "No test of 90 days was judged against an objective.",
    columns: [
      {
        label: "Rank",
        align: "right",
        cell: (row) => ({ text: count(row.margin_rank), key: number(row.margin_rank) }),
      },
      { label: "Application", cell: applicationCell },
      {
        label: "Scenario",
        cell: (row) =>
          row.scenario_id === "0" ? "name not mapped" : (row.scenario_name ?? nothing),
      },
      {
        label: "Worst recovery, min",
        head: terms.define("Worst recovery, min", {
          column: "rto_margin_ranking.worst_recovery_seconds",
        }),
        align: "right",
        cell: (row) => ({
          text: minutes(row.worst_recovery_seconds),
          key: number(row.worst_recovery_seconds),
          href: rowsLink(row.app_id, { test: row.worst_raw_test_id }),
        }),
      },
      {
        label: "Objective, min",
        align: "right",
        cell: (row) => ({ text: row.rto_minutes ?? nothing, key: number(row.rto_minutes) }),
      },
      {
        label: "× objective",
        head: terms.define("× objective", { column: "rto_margin_ranking.rto_used_pct" }),
        align: "right",
        cell: (row) => ({
          text: times(Number(row.rto_used_pct) / 100),
          key: number(row.rto_used_pct),
          tone: Number(row.rto_used_pct) > 100 ? "bad" : undefined,
        }),
      },
      {
        label: "Breached",
        align: "right",
        cell: (row) => ({
          text: `${count(row.breached_tests)} of ${count(row.judged_tests)}`,
          key: number(row.breached_tests) / Math.max(1, number(row.judged_tests)),
        }),
      },
    ],
  });
  const text = page(report, {
    chapter: "recovery",
    title: "How long does recovery really take?",
    answer:
      recoveries === 0
        ? "No test of these days has a recovery time, so nobody knows."
        : `${count(all?.recovered_tests)} tests of ${days} days recovered while they were watched; ${count(all?.unrecovered_tests)} did not (${percent(all?.unrecovered_pct)} % of ${count(recoveries)}). Of ${count(all?.proxy_tests)} of all tests only the length is known.`,
    meta: metaLine(report, days),
    window: { name: "recovery", days },
    main: html`${recoverySection(report, days, terms)}
${section("Who is closest to a breach", { remark: "The worst recovery of each pair in 90 days, in multiples of the objective of its day. It is one test, and ∞ says nothing of how long it would have taken." }, list.markup)}
${section(
  "All days: mean and longest",
  {
    remark: html`A mean hides the one long recovery among many short ones, and knows nothing of those that never came. ${mttr.rows.length > mostMeans && `${mostMeans} of ${count(mttr.rows.length)} kinds of fault; all in the `}<a href="data/mttr_by_scenario.csv">CSV</a>.`,
  },
  table({
    id: "mttr",
    caption: "Mean recovery by kind of fault",
    rows: mttr.rows.slice(0, mostMeans),
    empty: "Nothing was tested yet.",
    columns: [
      {
        label: "Scenario",
        cell: (row: Row) =>
          row.scenario_id === "0" ? "name not mapped" : (row.scenario_name ?? nothing),
      },
      { label: "Component", cell: (row) => row.component_tested ?? nothing },
      { label: "Tests", align: "right", cell: (row) => count(row.total_tests) },
      { label: "Failed", align: "right", cell: (row) => count(row.failed_tests) },
      {
        label: "Mean, min",
        align: "right",
        head: terms.define("Mean, min", { column: "mttr_by_scenario.mttr_minutes" }),
        cell: (row) => minutes(row.mttr_minutes && String(Number(row.mttr_minutes) * 60)),
      },
      {
        label: "Longest, min",
        align: "right",
        cell: (row) =>
          minutes(
            row.longest_recovery_minutes && String(Number(row.longest_recovery_minutes) * 60),
          ),
      },
      { label: "Recovered", align: "right", cell: (row) => count(row.recovered_tests) },
      { label: "Never recovered", align: "right", cell: (row) => count(row.unrecovered_tests) },
    ],
  }),
)}`,
    terms,
  });
  return [{ path: pageName("recovery", days, report.days), text }, ...list.files];
}
