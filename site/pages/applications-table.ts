import { count, nothing } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { type Column, table } from "../../runner/pages/table.ts";
import { sparkLine, stackedBar } from "../charts/spark.ts";
import { strip, stripAxis } from "../charts/strip.ts";
import { interval, percent } from "../html/format.ts";
import { applicationPage, pageName, rowsLink } from "../html/links.ts";
import type { Terms } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { groupBy, number, type Row } from "../read/rows.ts";
import { boundsOf, byKey, type Report, shareOf } from "../report.ts";
import { sharePoints } from "./spans.ts";

/** Judged tests below which no share is worth a sentence. */
export const fewestForShare = 20;

/** Applications that the overview draws; the page of all applications has the others. */
const mostDrawn = 20;

const strips = { domain: [3, 3_000] as [number, number], width: 190 };

/** What a row of the table is made from. */
interface Application {
  row: Row;
  window: Row | undefined;
  distribution: Row | undefined;
  spans: Row[];
  coverage: Row | undefined;
  openFindings: number;
}

/** The applications of a window, side by side in per cent of their own objectives. */
export function applicationsSection(report: Report, days: number, terms: Terms): Markup {
  const all = applicationsOf(report, days);
  const shown = all.length > mostDrawn ? [...all].sort(leastKeptFirst).slice(0, mostDrawn) : all;
  return section(
    "Applications",
    {
      remark: html`Bar: <span class="good">met</span>, undetermined (hatched), <span class="bad">breached</span>. Strip: 5th to 95th percentile, box 25th to 75th, dot median, tick longest recovery; the line is the objective. Below 20 recoveries: a dot for each.${
        shown.length < all.length &&
        html` The ${mostDrawn} that kept their objective least often; <a href="applications.html">all ${count(all.length)}</a>.`
      }`,
    },
    table({
      id: "applications",
      caption: "Applications",
      columns: columns(report, days, terms),
      rows: shown,
      empty: "No application is known yet.",
    }),
  );
}

function leastKeptFirst(one: Application, other: Application): number {
  return keptOf(one) - keptOf(other) || number(one.row.app_id) - number(other.row.app_id);
}

function keptOf({ window }: Application): number {
  return window?.kept_pct ? Number(window.kept_pct) : 101;
}

function applicationsOf(report: Report, days: number): Application[] {
  const { windows, data } = report.facts;
  const window = byKey(inWindow(windows.rows, days), "app_id");
  const distribution = byKey(inWindow(data.recovery_by_application.rows, days), "app_id");
  const spans = groupBy(data.spans_of_7_days.rows, "app_id");
  const coverage = byKey(data.coverage_by_application.rows, "app_id");
  const findings = groupBy(
    data.findings.rows.filter(({ closed_at: closed }) => closed === null),
    "app_id",
  );
  return data.applications.rows.map((row) => {
    const id = row.app_id ?? "";
    return {
      row,
      window: window.get(id),
      distribution: distribution.get(id),
      spans: spans.get(id) ?? [],
      coverage: coverage.get(id),
      openFindings: findings.get(id)?.length ?? 0,
    };
  });
}

function columns(report: Report, days: number, terms: Terms): Column<Application>[] {
  const bounds = boundsOf(report, days);
  const link = ({ row }: Application, filter: object) =>
    rowsLink(row.app_id, { from: bounds?.first, to: bounds?.last, ...filter });
  return [
    {
      label: "Application",
      cell: ({ row }) => ({
        text: row.app_name ?? nothing,
        href: pageName(applicationPage(row.app_id), days, report.days),
        sub: [row.is_critical === "t" && "critical", row.owner_team].filter(Boolean).join(" · "),
      }),
    },
    {
      label: "Objective, min",
      align: "right",
      cell: ({ row }) => ({
        text: row.rto_minutes ?? "none",
        tone: row.rto_minutes ? undefined : "muted",
      }),
    },
    {
      label: "Kept, %",
      head: terms.define("Kept %", { column: "window_metrics.rto_compliance_pct" }),
      align: "right",
      cell: (one) => ({
        text: percent(one.window?.kept_pct),
        sub: one.window?.kept_pct
          ? interval(one.window.kept_low, one.window.kept_high)
          : "none judged",
        href: one.window?.kept_pct ? link(one, {}) : undefined,
        tone: "ink",
      }),
    },
    { label: "Verdicts", cell: (one) => verdicts(one, link(one, { verdict: "breached" })) },
    {
      label: "Recovery, % of the objective",
      head: html`Recovery in % of the objective${stripAxis(
        [
          { value: 10, label: "10" },
          { value: 100, label: "100", strong: true },
          { value: 1_000, label: "1,000" },
        ],
        strips,
      )}`,
      cell: ({ row, distribution }) => ({
        text: distribution ? "" : "no recovery measured",
        tone: "muted",
        chart: distribution && recoveryStrip(row, distribution),
      }),
    },
    {
      label: "Never recovered",
      head: terms.define("Never recovered", { column: "window_metrics.unrecovered_tests" }),
      align: "right",
      cell: (one) => neverRecovered(one, link(one, { recovery: "unrecovered" })),
    },
    {
      label: "Pass rate, 12 weeks",
      head: html`Pass rate<br>12 weeks, 70–100 %`,
      cell: ({ row, spans }) => ({
        text: "",
        chart: sparkLine(
          sharePoints(report, spans, ["pass_rate", "pass_rate_low", "pass_rate_high"]),
          {
            domain: [70, 100],
            label: `Pass rate of ${row.app_name} in twelve spans of seven days, with its 95 % interval`,
          },
        ),
      }),
    },
    {
      label: `Passed in ${days} days, %`,
      head: terms.define(`${days} days %`, { column: "window_metrics.pass_rate" }),
      align: "right",
      cell: ({ window }) => ({
        text: percent(window?.pass_rate),
        sub: window?.pass_rate ? `≥ ${percent(window.pass_rate_low)}` : undefined,
      }),
    },
    {
      label: "Covered",
      head: terms.define("Covered", { column: "coverage_by_application.covered_pairs" }),
      align: "right",
      cell: ({ coverage }) => ({
        text:
          number(coverage?.required_pairs) > 0
            ? `${coverage?.covered_pairs}/${coverage?.required_pairs}`
            : nothing,
        tone: coverage && coverage.covered_pairs !== coverage.required_pairs ? "bad" : undefined,
      }),
    },
    {
      label: "Open findings",
      align: "right",
      cell: ({ row, openFindings }) => ({
        text: count(openFindings),
        href: openFindings > 0 ? `findings.html#app=${row.app_id}&state=not-closed` : undefined,
      }),
    },
  ];
}

function verdicts({ row, window }: Application, href: string) {
  const met = number(window?.rto_met_tests);
  const breached = number(window?.rto_breached_tests);
  const unknown = number(window?.rto_undetermined_tests) + number(window?.rto_missing_tests);
  const total = met + breached + unknown;
  if (total === 0) return { text: "not tested", tone: "muted" as const };
  const label = `${row.app_name}: ${count(met)} met, ${count(breached)} breached, ${count(unknown)} unknown`;
  return {
    text: label,
    marked: html`${count(met)} met · <span${breached > 0 && html` class="bad"`}>${count(breached)}</span>${unknown > 0 && ` · ${count(unknown)}\u00a0?`}`,
    href: breached > 0 ? href : undefined,
    tone: "ink" as const,
    chart: stackedBar(
      [
        { value: met, kind: "met" },
        { value: unknown, kind: "unknown" },
        { value: breached, kind: "bad" },
      ],
      { total, label },
    ),
  };
}

function recoveryStrip(row: Row, distribution: Row): Markup {
  const median = distribution.percentiles?.slice(1).split(",")[2];
  return strip(
    {
      percentiles: distribution.percentiles,
      longest: distribution.longest,
      dots: distribution.dots,
    },
    {
      ...strips,
      objective: 100,
      label: `${row.app_name}: median recovery ${median === "Infinity" ? "never" : `${percent(median)} % of the objective`}, n = ${count(distribution.recoveries)}`,
    },
  );
}

function neverRecovered({ window }: Application, href: string) {
  const never = number(window?.unrecovered_tests);
  const all = never + number(window?.recovered_tests);
  return {
    text: all === 0 ? nothing : count(never),
    sub: all === 0 ? undefined : `${percent(shareOf(never, all))} %`,
    href: never > 0 ? href : undefined,
    tone: "ink" as const,
  };
}
