import { figure } from "../../runner/pages/figure.ts";
import { count, counted, day } from "../../runner/pages/format.ts";
import { type Content, html, type Markup } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { daysFrom } from "../../warehouse/utc-day.ts";
import { recoveryByDay } from "../charts/recovery-by-day.ts";
import { sparkLine } from "../charts/spark.ts";
import { budget, hours, interval, minutes, percent, sampleSize } from "../html/format.ts";
import { applicationPage, pageName, type RowsFilter, rowsLink } from "../html/links.ts";
import { page } from "../html/page.ts";
import { createTerms, sqlBlock } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { number, type Row } from "../read/rows.ts";
import { boundsOf, type Report, shareOf } from "../report.ts";
import { curvesSection } from "./application-curves.ts";
import type { ApplicationFacts, Own } from "./application-facts.ts";
import { badTestsSection, findingsOf, pairsSection } from "./application-lists.ts";
import { sharePoints } from "./spans.ts";

/** The page of an application in a window. */
export function applicationOf(report: Report, days: number, facts: ApplicationFacts): PageFile {
  const { app } = facts;
  const terms = createTerms(report.facts.comments);
  const window = inWindow(report.facts.windows.rows, days).find(
    ({ app_id: id }) => id === app.app_id,
  );
  const bounds = boundsOf(report, days);
  const tests = facts.tests.filter(
    ({ test_date: date }) => bounds && (date ?? "") >= bounds.first && (date ?? "") <= bounds.last,
  );
  const link = (filter: RowsFilter) =>
    rowsLink(app.app_id, { from: bounds?.first, to: bounds?.last, ...filter });
  const own = { report, days, app, window, tests, terms, link };
  const text = page(report, {
    chapter: "applications",
    title: app.app_name ?? "No name",
    back: html`<a href="applications.html">All applications</a>`,
    answer: [
      app.description,
      app.is_critical === "t" && "Critical.",
      app.owner_team && `${app.owner_team} answers for it.`,
    ]
      .filter(Boolean)
      .join(" "),
    meta: bounds
      ? `${day(bounds.first)} to ${day(bounds.last)} · days in ${report.facts.timeZone} · ${counted(tests.length, "conclusive test")} · ${report.origin}`
      : report.origin,
    window: { name: applicationPage(app.app_id), days },
    main: html`${objectives(report, app)}
${figures(own)}
${byDay(own)}
${curvesSection(own, inWindow(facts.recoveries, days))}
${pairsSection(report, app)}
${findingsOf(report, app)}
${badTestsSection(own)}`,
    foot: sqlBlock(
      `select * from ${report.facts.nameOf("window_metrics")} where app_id = ${app.app_id}`,
    ),
    terms,
  });
  return { path: pageName(applicationPage(app.app_id), days, report.days), text };
}

function objectives(report: Report, app: Row): Markup {
  const needs = report.facts.data.dependencies.rows.filter(({ app_id: id }) => id === app.app_id);
  const fact = (name: string, value: Content) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class="facts">
${fact("RTO", app.rto_minutes ? `${app.rto_minutes} min` : "none")}${fact("RPO", app.rpo_minutes ? `${app.rpo_minutes} min` : "none")}${fact("SLO", app.slo_percent ? `${app.slo_percent} %` : "none")}${
  app.valid_from && fact("Valid since", app.valid_from)
}${
  needs.length > 0 &&
  fact(
    "Needs",
    needs.map((need, index) => {
      const rto = need.dependency_rto_minutes;
      return html`${index > 0 && ", "}<a href="${applicationPage(need.dependency_app_id)}.html">${need.dependency_app_name}</a> (${rto ? `${rto} min` : "no objective"})`;
    }),
  )
}</dl>`;
}

function figures(own: Own): Markup {
  const { window, link, report, app } = own;
  const trend = report.facts.data.spans_of_7_days.rows.filter(
    ({ app_id: id }) => id === app.app_id,
  );
  const never = number(window?.unrecovered_tests);
  const recoveries = never + number(window?.recovered_tests);
  const judged = number(window?.rto_met_tests) + number(window?.rto_breached_tests);
  const defined = (label: string, column: string) =>
    own.terms.define(label, { column: `window_metrics.${column}`, recount: recount(own, column) });
  return html`<div class="figures">${figure({
    name: defined("Recovery objective kept", "rto_compliance_pct"),
    value: percent(window?.kept_pct),
    unit: "%",
    href: link({}),
    lines: [
      judged > 0
        ? `${interval(window?.kept_low, window?.kept_high)} · ${sampleSize(judged)}`
        : "no test was judged",
    ],
    chart: sparkLine(sharePoints(report, trend, ["kept_pct", "kept_low", "kept_high"]), {
      domain: [70, 100],
      label: "Objectives kept, twelve spans of seven days",
    }),
    data: "kept",
  })}${figure({
    name: defined("Median recovery", "p50_recovery_seconds"),
    value: minutes(window?.p50_recovery_seconds),
    unit: "min",
    href: link({}),
    lines: [
      recoveries < 20
        ? "no 95th percentile below n = 20"
        : `95th percentile ${minutes(window?.p95_recovery_seconds)} min`,
      `longest ${minutes(window?.longest_recovery_seconds)} min · ${sampleSize(recoveries)}`,
      number(window?.proxy_tests) > 0 &&
        `of ${count(window?.proxy_tests)} tests only the length is known`,
    ],
    data: "median",
  })}${figure({
    name: defined("Never recovered", "unrecovered_tests"),
    value: count(never),
    href: link({ recovery: "unrecovered" }),
    lines: [
      `of ${count(recoveries)}${recoveries > 0 ? ` · ${percent(shareOf(never, recoveries))} %` : ""}`,
      "while they were watched",
    ],
    data: "unrecovered",
  })}${figure({
    name: defined("Passed", "pass_rate"),
    value: percent(window?.pass_rate),
    unit: "%",
    href: link({ status: "passed" }),
    lines: [
      window?.pass_rate
        ? `${interval(window.pass_rate_low, window.pass_rate_high)} · ${sampleSize(window.total_tests)}`
        : "not tested",
    ],
    chart: sparkLine(sharePoints(report, trend, ["pass_rate", "pass_rate_low", "pass_rate_high"]), {
      domain: [70, 100],
      label: "Pass rate, twelve spans of seven days",
    }),
    data: "passed",
  })}${budgetFigure(own)}</div>`;
}

function budgetFigure({ report, days, window, terms, app }: Own): Markup {
  const { figure: value, unit } = budget(window?.error_budget_used_pct);
  const open = number(window?.open_outages);
  return figure({
    name: terms.define("Error budget used under test", {
      column: "window_metrics.error_budget_used_pct",
      note: "Outages that tests made, merged and clipped to the window. It is not the availability that users had.",
      recount: `select error_budget_used_pct, outage_seconds, slo_percent, open_outages, open_since
      from ${report.facts.nameOf("window_metrics")}
      where window_days = ${days} and app_id = ${app.app_id}`,
    }),
    value,
    unit,
    lines: [
      `${hours(window?.outage_seconds)} h of outages`,
      window?.slo_percent ? `SLO ${window.slo_percent} %` : "no SLO",
      open > 0 && `${count(open)} open since ${day(window?.open_since)}`,
    ],
    data: "budget",
  });
}

const countsOf = (column: string, values: readonly string[]) =>
  values.map((value) => `count(*) filter (where ${column} = '${value}') as ${value}`).join(", ");

const recounted: Record<string, string> = {
  rto_compliance_pct: countsOf("rto_result", ["met", "breached"]),
  p50_recovery_seconds:
    "percentile_disc(0.5) within group (order by recovery_sample_seconds) as seconds",
  unrecovered_tests:
    "count(*) filter (where recovery_sample_seconds = 'Infinity') as unrecovered, count(recovery_sample_seconds) as recoveries",
  pass_rate: countsOf("status", ["passed", "failed"]),
};

function recount({ report, days, app }: Own, column: string): string {
  const bounds = boundsOf(report, days);
  return `select ${recounted[column]}
      from resiliency.metric_lineage
      where app_id = ${app.app_id}${
        bounds ? `\n        and metric_date between '${bounds.first}' and '${bounds.last}'` : ""
      }`;
}

function byDay({ report, days, tests, app, link }: Own): Markup {
  const bounds = boundsOf(report, days);
  const measured = tests.filter(({ recovery_sample_seconds: sample }) => sample !== null);
  const remark = html`Bar: 5th to 95th percentile of a day with 20 recoveries or more, line: median; blue dot: a test of another day, red dot: a breach, ×: never recovered while watched. ${count(measured.length)} of ${counted(tests.length, "test")} have a recovery time. <a href="${link({})}">Rows</a>`;
  if (!bounds || measured.length === 0) {
    return section(
      "Recovery, day by day",
      {},
      html`<p class="empty">No test of these days has a recovery time.</p>`,
    );
  }
  const breaches = tests.filter(({ rto_result: result }) => result === "breached").length;
  return section(
    "Recovery, day by day",
    { remark },
    html`<div class="scroll" tabindex="0" role="region" aria-label="Chart: recovery, day by day">${recoveryByDay(
      measured,
      {
        days: daysFrom(bounds.first, days),
        objectiveMinutes: app.rto_minutes ? Number(app.rto_minutes) : undefined,
        label: `${count(breaches)} of ${counted(tests.length, "test")} breached the objective in ${days} days; the rows are linked above`,
      },
    )}</div>`,
  );
}
