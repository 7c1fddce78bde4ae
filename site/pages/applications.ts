import { count, day, nothing } from "../../runner/pages/format.ts";
import { facetOf, type PageFile } from "../../runner/pages/long-table.ts";
import type { Column } from "../../runner/pages/table.ts";
import { interval, percent } from "../html/format.ts";
import { applicationPage, pageName } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms, type Terms } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { number, type Row } from "../read/rows.ts";
import { byKey, type Report } from "../report.ts";
import { metaLine } from "./overview.ts";

/** All applications in a window, to search and sort. */
export function applicationsPage(report: Report, days: number): PageFile[] {
  const { applications, coverage_by_application: coverage } = report.facts.data;
  const terms = createTerms(report.facts.comments);
  const windows = byKey(inWindow(report.facts.windows.rows, days), "app_id");
  const covered = byKey(coverage.rows, "app_id");
  const rows: Row[] = applications.rows.map((app) => ({
    ...windows.get(app.app_id ?? ""),
    ...covered.get(app.app_id ?? ""),
    ...app,
  }));
  const untested = rows.filter((row) => number(row.total_tests) === 0).length;
  const list = longTable({
    id: "all-applications",
    name: `applications-${days}-days`,
    csv: "window_metrics",
    caption: "All applications",
    columns: columns(report, days, terms),
    rows,
    facets: [
      facetOf({ key: "team", label: "Team" }, rows, ({ owner_team: team }) => ({
        value: team ?? "",
        label: team ?? "no team",
      })),
      { key: "critical", label: "Critical", values: [{ value: "t", label: "critical only" }] },
    ],
    facetsOf: (row) => ({ team: row.owner_team ?? "", critical: row.is_critical ?? "" }),
    search: "application or team",
    empty: "No application is known yet.",
  });
  const text = page(report, {
    chapter: "applications",
    title: "Which application keeps its objective?",
    answer: `${count(rows.length - untested)} of ${count(rows.length)} applications were tested in ${days} days${untested > 0 ? `; of the other ${count(untested)} nobody knows` : ""}.`,
    meta: metaLine(report, days),
    window: { name: "applications", days },
    main: list.markup,
    terms,
  });
  return [{ path: pageName("applications", days, report.days), text }, ...list.files];
}

function columns(report: Report, days: number, terms: Terms): Column<Row>[] {
  const defined = (label: string, column: string) =>
    terms.define(label, { column: `window_metrics.${column}` });
  const counts = (label: string, column: string): Column<Row> => ({
    label,
    head: defined(label, column),
    align: "right",
    cell: (row) => ({ text: count(row[column] ?? 0), key: number(row[column]) }),
  });
  return [
    {
      label: "Application",
      cell: (row) => ({
        text: row.app_name ?? nothing,
        href: pageName(
          applicationPage(row.app_id),
          report.windowsOf("application-").includes(days) ? days : report.days,
          report.days,
        ),
        sub:
          [row.is_critical === "t" && "critical", row.owner_team].filter(Boolean).join(" · ") ||
          undefined,
      }),
    },
    {
      label: "Objective, min",
      align: "right",
      cell: (row) => ({ text: row.rto_minutes ?? "none", key: number(row.rto_minutes) }),
    },
    {
      label: "Kept, %",
      head: defined("Kept, %", "rto_compliance_pct"),
      align: "right",
      cell: (row) => ({
        text: percent(row.kept_pct),
        sub: row.kept_pct ? interval(row.kept_low, row.kept_high) : undefined,
        key: row.kept_pct ? Number(row.kept_pct) : -1,
      }),
    },
    counts("Met", "rto_met_tests"),
    counts("Breached", "rto_breached_tests"),
    counts("Undetermined", "rto_undetermined_tests"),
    counts("Never recovered", "unrecovered_tests"),
    {
      label: "Passed, %",
      head: defined("Passed, %", "pass_rate"),
      align: "right",
      cell: (row) => ({
        text: percent(row.pass_rate),
        sub: row.pass_rate ? interval(row.pass_rate_low, row.pass_rate_high) : undefined,
        key: row.pass_rate ? Number(row.pass_rate) : -1,
      }),
    },
    counts("Tests", "total_tests"),
    {
      label: "Covered",
      align: "right",
      cell: (row) => ({
        text:
          number(row.required_pairs) > 0 ? `${row.covered_pairs}/${row.required_pairs}` : nothing,
        key: row.coverage_pct ? Number(row.coverage_pct) : -1,
      }),
    },
    {
      label: "Objective since",
      cell: (row) =>
        row.valid_from ? { text: day(row.valid_from), key: row.valid_from } : nothing,
    },
  ];
}
