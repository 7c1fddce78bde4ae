import { fewRows } from "../../runner/pages/data-file.ts";
import { count, day, nothing } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { facetOf, type PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { type Column, table } from "../../runner/pages/table.ts";
import { sparkLine } from "../charts/spark.ts";
import { interval, percent, sampleSize } from "../html/format.ts";
import { rowsLink } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms, type Terms } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { groupBy, number, type Row } from "../read/rows.ts";
import { byKey, type Report, windowLengths } from "../report.ts";
import { applicationCell } from "./application-lists.ts";
import { countCell, minutesCell, percentCell } from "./list-columns.ts";
import { metaLine } from "./overview.ts";
import { sharePoints } from "./spans.ts";

const mostDrawn = 25;

/** Better, worse or noise: windows, weeks and days. */
export function trendsPage(report: Report): PageFile[] {
  const terms = createTerms(report.facts.comments);
  const weeks = report.facts.data.weekly_trend.rows;
  const newest = weeks.filter(({ week_date: week }) => week === weeks[0]?.week_date);
  const changed = newest.filter(({ change }) => change === "better" || change === "worse");
  const weekly = weeksTable(weeks, terms);
  const daily = daysTable(report.facts.data.daily_uptime.rows, terms);
  const text = page(report, {
    chapter: "trends",
    title: "Better, worse or noise?",
    answer:
      newest.length === 0
        ? "Nothing was tested, so there is no trend."
        : `In the week of ${day(newest[0]?.week_date)} the pass rate of ${count(changed.length)} of ${count(newest.length)} tested applications changed by more than chance. A part-week counts as far as it has come.`,
    meta: metaLine(report, report.days),
    main: html`${section("7, 30 and 90 days side by side", { remark: "Objectives kept, in per cent of those met or breached, with Wilson's 95 % interval, and a line of twelve spans of seven days that end with the window." }, windows(report, terms))}
${section("Weeks", { remark: "A change is one when the 95 % intervals of two tested weeks do not overlap; with few tests everything is noise." }, weekly.markup)}
${section("Days", { remark: "A day without tests has no row: nothing was measured." }, daily.markup)}`,
    terms,
  });
  return [{ path: "trends.html", text }, ...weekly.files, ...daily.files];
}

function windows(report: Report, terms: Terms): Markup {
  const { windows: all, data } = report.facts;
  const spans = groupBy(data.spans_of_7_days.rows, "app_id");
  const byWindow = windowLengths.map((days) => ({
    days,
    rows: byKey(inWindow(all.rows, days), "app_id"),
  }));
  const keptIn = byWindow.map(
    ({ days, rows }): Column<Row> => ({
      label: `${days} days, %`,
      head: terms.define(`${days} days, %`, { column: "window_metrics.rto_compliance_pct" }),
      align: "right",
      cell: ({ app_id: id }) => {
        const row = rows.get(id ?? "");
        const judged = number(row?.rto_met_tests) + number(row?.rto_breached_tests);
        return {
          text: percent(row?.kept_pct),
          sub:
            judged > 0
              ? `${interval(row?.kept_low, row?.kept_high)} · ${sampleSize(judged)}`
              : "none judged",
          href:
            judged > 0 ? rowsLink(id, { from: row?.first_date, to: row?.last_date }) : undefined,
          tone: "ink",
        };
      },
    }),
  );
  return table({
    id: "windows",
    caption: "Objectives kept in 7, 30 and 90 days",
    rows: data.applications.rows.slice(0, mostDrawn),
    empty: "No application is known yet.",
    columns: [
      { label: "Application", cell: applicationCell },
      ...keptIn,
      {
        label: "12 weeks, 70–100 %",
        cell: ({ app_id: id, app_name: name }) => ({
          text: "",
          chart: sparkLine(
            sharePoints(report, spans.get(id ?? "") ?? [], ["kept_pct", "kept_low", "kept_high"]),
            {
              domain: [70, 100],
              label: `Objectives kept by ${name}, twelve spans of seven days`,
            },
          ),
        }),
      },
    ],
  });
}

function weeksTable(rows: Row[], terms: Terms) {
  return longTable({
    first: fewRows,
    id: "weeks",
    csv: "weekly_trend",
    caption: "Weeks",
    rows,
    facets: [
      applications(rows),
      {
        key: "change",
        label: "Change",
        values: ["better", "worse", "noise"].map((value) => ({ value, label: value })),
      },
    ],
    facetsOf: (row) => ({ app: row.app_id ?? "", change: row.change ?? "" }),
    search: "application or day",
    empty: "Nothing was tested in these weeks.",
    columns: [
      { label: "Week from", cell: (row) => row.week_date ?? nothing },
      { label: "Application", cell: applicationCell },
      {
        label: "Change",
        head: terms.define("Change", { column: "weekly_trend.change" }),
        cell: (row) => ({
          text: row.change ?? "first week",
          tone: row.change === "noise" ? "muted" : "ink",
        }),
      },
      {
        label: "Passed, %",
        head: terms.define("Passed, %", { column: "weekly_trend.pass_rate" }),
        align: "right",
        cell: (row) => ({
          text: percent(row.pass_rate),
          sub: interval(row.pass_rate_low, row.pass_rate_high),
          key: number(row.pass_rate),
        }),
      },
      {
        label: "Week before, %",
        align: "right",
        cell: (row) => percentCell(row.previous_pass_rate),
      },
      {
        label: "Kept, %",
        head: terms.define("Kept, %", { column: "weekly_trend.rto_compliance_pct" }),
        align: "right",
        cell: (row) => percentCell(row.rto_compliance_pct),
      },
      {
        label: "Mean recovery, min",
        align: "right",
        cell: (row) => minutesCell(row.mttr_minutes && String(Number(row.mttr_minutes) * 60)),
      },
      { label: "Never recovered", align: "right", cell: (row) => countCell(row.unrecovered_tests) },
      {
        label: "Tests",
        align: "right",
        cell: (row) => countCell(row.total_tests),
      },
    ],
  });
}

function daysTable(rows: Row[], terms: Terms) {
  return longTable({
    first: fewRows,
    id: "days",
    csv: "daily_uptime",
    caption: "Days",
    rows,
    facets: [applications(rows)],
    facetsOf: (row) => ({ app: row.app_id ?? "" }),
    search: "application or day",
    empty: "Nothing was tested on these days.",
    columns: [
      {
        label: "Day",
        cell: (row) => ({
          text: row.metric_date ?? nothing,
          href: rowsLink(row.app_id, { from: row.metric_date, to: row.metric_date }),
        }),
      },
      { label: "Application", cell: applicationCell },
      {
        label: "Kept all day",
        head: terms.define("Kept all day", { column: "daily_uptime.rto_compliant" }),
        cell: (row) =>
          row.rto_compliant === "t"
            ? { text: "yes", glyph: "●", tone: "good" as const }
            : row.rto_compliant === "f"
              ? { text: "no", glyph: "▲", tone: "bad" as const }
              : { text: "not judged", tone: "unknown" as const },
      },
      {
        label: "Passed, %",
        head: terms.define("Passed, %", { column: "daily_uptime.uptime_percentage" }),
        align: "right",
        cell: (row) => ({
          text: percent(row.uptime_percentage),
          sub: `≥ ${percent(row.pass_rate_low)}`,
          key: number(row.uptime_percentage),
        }),
      },
      {
        label: "Mean recovery, min",
        align: "right",
        cell: (row) => minutesCell(row.mttr_minutes && String(Number(row.mttr_minutes) * 60)),
      },
      { label: "Never recovered", align: "right", cell: (row) => countCell(row.unrecovered_tests) },
      { label: "Failed", align: "right", cell: (row) => countCell(row.failed_tests) },
      {
        label: "Tests",
        align: "right",
        cell: (row) => countCell(row.total_tests),
      },
    ],
  });
}

function applications(rows: readonly Row[]) {
  return facetOf({ key: "app", label: "Application" }, rows, (row) => ({
    value: row.app_id ?? "",
    label: row.app_name ?? "",
  }));
}
