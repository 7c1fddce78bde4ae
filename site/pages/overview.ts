import { figure } from "../../runner/pages/figure.ts";
import { count, counted, day } from "../../runner/pages/format.ts";
import { type Content, html, type Markup } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import { sparkBars, sparkLine } from "../charts/spark.ts";
import { interval, percent, sampleSize, words } from "../html/format.ts";
import { pageName } from "../html/links.ts";
import { page } from "../html/page.ts";
import { createTerms, type Terms } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { number, type Row, sum } from "../read/rows.ts";
import { boundsOf, type Report, shareOf } from "../report.ts";
import { applicationsSection, fewestForShare } from "./applications-table.ts";
import { coverageSection } from "./coverage-matrix.ts";
import { recoverySection } from "./recovery-table.ts";
import { sourcesSection } from "./sources.ts";
import { keptPoints, spansOf } from "./spans.ts";
import { workLists } from "./work-lists.ts";

/** The overview of a window: did we recover in time, and where not. */
export function overviewPage(report: Report, days: number): PageFile {
  const terms = createTerms(report.facts.comments);
  const pooled = inWindow(report.facts.data.all_applications.rows, days)[0];
  const text = page(report, {
    chapter: "index",
    title: "Did we recover in time?",
    answer: answer(report, days, pooled),
    meta: metaLine(report, days),
    window: { name: "index", days },
    main: html`${figures(report, days, { pooled, terms })}
${applicationsSection(report, days, terms)}
${coverageSection(report)}
${recoverySection(report, days, terms)}
${workLists(report)}
${sourcesSection(report)}`,
    terms,
  });
  return { path: pageName("index", days, report.days), text };
}

/** Days, number of tests and origin of the numbers of a page. */
export function metaLine(report: Report, days: number): string {
  const bounds = boundsOf(report, days);
  const total = inWindow(report.facts.data.all_applications.rows, days)[0]?.total_tests;
  const span = bounds
    ? `${day(bounds.first)} to ${day(bounds.last)} · days in ${report.facts.timeZone}`
    : "no test yet";
  return `${span} · ${counted(total ?? 0, "conclusive test")} · ${report.origin}`;
}

function answer(report: Report, days: number, pooled: Row | undefined): Content {
  const judged = number(pooled?.rto_met_tests) + number(pooled?.rto_breached_tests);
  if (pooled === undefined || number(pooled.total_tests) === 0) {
    const { rows } = report.facts.data.rto_evidence_register;
    const wasTested = rows.some(({ raw_test_id: id }) => id !== null);
    if (wasTested) return `There is no conclusive test in ${days} days, so nobody knows.`;
    return html`There is no conclusive test yet, so nobody knows. ${nothingCounts(report)}`;
  }
  if (judged === 0) return `In ${days} days no test could be judged against an objective.`;
  const breached = number(pooled.rto_breached_tests);
  if (breached === 0) {
    return `In ${days} days all ${counted(judged, "judged test")} kept the recovery objective of their day.`;
  }
  return html`In ${days} days ${count(breached)} of ${counted(judged, "judged test")} took longer than the recovery objective of their day. ${worst(report, days)}${passedShare(report, days, breached)}`;
}

/** What became of the results that were loaded, when none of them counts. */
function nothingCounts({ facts }: Report): Content {
  const { rows } = facts.data.data_quality;
  const received = sum(rows, "received_rows");
  if (received === 0) return "Load results or generate some, then run the project.";
  const [reason] = [...facts.data.quarantined_by_reason.rows].sort(
    (one, other) => number(other.quarantined_rows) - number(one.quarantined_rows),
  );
  const why = reason ? `, most often for ${words(reason.reason)}` : "";
  return html`Of ${counted(received, "result")} received, ${count(sum(rows, "quarantined_rows"))} cannot be used${why}; neither passed nor failed: ${count(sum(rows, "not_conclusive_rows"))}. <a href="quality.html">What became of them</a>`;
}

function worst(report: Report, days: number): string {
  const judged = inWindow(report.facts.windows.rows, days).filter(
    (row) => number(row.rto_met_tests) + number(row.rto_breached_tests) >= fewestForShare,
  );
  const [least] = judged.sort((one, other) => number(one.kept_pct) - number(other.kept_pct));
  const isKeptByAll = least === undefined || number(least.rto_breached_tests) === 0;
  if (isKeptByAll || judged.length < 2) return mostBreaches(report, days);
  return `${least.app_name} kept it least often (${percent(least.kept_pct)} %). `;
}

/** Where the breaches are of applications with too few tests for a share: the one with most of them. */
function mostBreaches(report: Report, days: number): string {
  const breaches = (row: Row) => number(row.rto_breached_tests);
  const [most] = [...inWindow(report.facts.windows.rows, days)].sort(
    (one, other) => breaches(other) - breaches(one),
  );
  if (most === undefined) return "";
  return `Most breaches: ${most.app_name} (${breaches(most)} of ${number(most.rto_met_tests) + breaches(most)}). `;
}

function passedShare(report: Report, days: number, breached: number): string {
  const passed = sum(
    inWindow(report.facts.data.passed_but_breached_by_window.rows, days),
    "passed_but_breached_tests",
  );
  return `${percent(shareOf(passed, breached))} % of the breaches were reported as passed.`;
}

function figures(
  report: Report,
  days: number,
  { pooled, terms }: { pooled: Row | undefined; terms: Terms },
): Markup {
  const { data } = report.facts;
  const spans = data.spans_of_7_days.rows;
  const passed = sum(
    inWindow(data.passed_but_breached_by_window.rows, days),
    "passed_but_breached_tests",
  );
  const judged = number(pooled?.rto_met_tests) + number(pooled?.rto_breached_tests);
  const recoveries = number(pooled?.recovered_tests) + number(pooled?.unrecovered_tests);
  return html`<div class="figures">
${figure({
  name: terms.define("Recovery objective kept", {
    column: "window_metrics.rto_compliance_pct",
    note: `${report.onlyApplication === undefined ? "Here of all applications: the" : "The"} counts are added up, then divided. The interval is Wilson's, 95 %.`,
    recount: `select sum(rto_met_tests) as met, sum(rto_breached_tests) as breached
      from ${report.facts.nameOf("window_metrics")} where window_days = ${days}${ofApplication(report, "and")}`,
  }),
  value: percent(pooled?.kept_pct),
  unit: "%",
  href: "lineage.html",
  lines: [`${interval(pooled?.kept_low, pooled?.kept_high)} · ${sampleSize(judged)}`],
  chart: sparkLine(keptPoints(report, spans), {
    domain: [70, 100],
    label: "Objectives kept in per cent, twelve spans of seven days",
  }),
  data: "kept",
})}${figure({
  name: terms.define("Passed, yet breached", {
    note: "Tests that passed by their tool's word and took longer than the objective of their day.",
    recount: `select count(*) from resiliency.reported_tests
      where status = 'passed' and rto_result = 'breached'${ofApplication(report, "and")}${betweenDays(report, days)}`,
  }),
  value: count(passed),
  href: "passed-but-breached.html",
  lines: [
    `of ${counted(pooled?.passed_tests ?? 0, "passed test")}`,
    number(pooled?.rto_breached_tests) > 0 &&
      `${percent(shareOf(passed, number(pooled?.rto_breached_tests)))} % of all breaches`,
  ],
  chart: sparkBars(
    spansOf(report, spans, "passed_but_breached_tests"),
    "Passed, yet breached: twelve spans of seven days",
  ),
  data: "passed-but-breached",
})}${figure({
  name: terms.define("Not recovered while watched", {
    column: "window_metrics.unrecovered_tests",
    recount: `select sum(unrecovered_tests), sum(recovered_tests)
      from ${report.facts.nameOf("window_metrics")} where window_days = ${days}${ofApplication(report, "and")}`,
  }),
  value: count(pooled?.unrecovered_tests ?? 0),
  href: pageName("recovery", days, report.days),
  lines: [
    `of ${count(recoveries)} with a known end`,
    recoveries > 0 && `${percent(pooled?.unrecovered_pct)} %`,
  ],
  chart: sparkBars(
    spansOf(report, spans, "unrecovered_tests"),
    "Not recovered while watched: twelve spans of seven days",
  ),
  data: "unrecovered",
})}${coverageFigure(report, terms)}${findingsFigure(report, terms)}
</div>`;
}

/** The condition of a window's days, for a query that recounts. */
export function betweenDays(report: Report, days: number): string {
  const bounds = boundsOf(report, days);
  return bounds ? `\n      and test_date between '${bounds.first}' and '${bounds.last}'` : "";
}

/** The condition of the only application that a report is about, for a query that recounts. */
function ofApplication({ facts }: Report, word: "and" | "where"): string {
  const id = facts.onlyApplication?.app_id;
  return id === undefined || id === null ? "" : ` ${word} app_id = ${id}`;
}

function coverageFigure(report: Report, terms: Terms): Markup {
  const rows = report.facts.data.coverage_by_application.rows;
  const overdue = sum(rows, "overdue_pairs");
  const never = sum(rows, "never_tested_pairs");
  return figure({
    name: terms.define("Required tests up to date", {
      column: "coverage_by_application.covered_pairs",
      note: "A covered pair was tested. Whether it met its objective says the evidence register.",
      recount: `select sum(covered_pairs), sum(required_pairs), sum(overdue_pairs), sum(never_tested_pairs)
      from ${report.facts.nameOf("coverage_by_application")}${ofApplication(report, "where")}`,
    }),
    value: count(sum(rows, "covered_pairs")),
    unit: `of ${count(sum(rows, "required_pairs"))}`,
    href: "coverage.html",
    lines: [
      overdue + never === 0
        ? "none overdue, none never tested"
        : html`<span${overdue > 0 && html` class="bad"`}>${count(overdue)} overdue</span> · <span${never > 0 && html` class="bad"`}>${count(never)} never tested</span>`,
    ],
    data: "covered",
  });
}

function findingsFigure(report: Report, terms: Terms): Markup {
  const open = report.facts.data.findings.rows.filter(({ closed_at: closed }) => closed === null);
  const oldest = open.map(({ opened_date: opened }) => opened ?? "").sort()[0];
  const again = open.filter(({ state }) => state === "failed_again").length;
  return figure({
    name: terms.define("Open findings", {
      column: "findings.state",
      recount: `select count(*) from ${report.facts.nameOf("findings")} where closed_at is null${ofApplication(report, "and")}`,
    }),
    value: count(open.length),
    href: "findings.html",
    lines:
      open.length === 0
        ? ["nothing waits for a good test"]
        : [`oldest since ${day(oldest)}`, `${count(again)} re-tested in vain`],
    data: "open-findings",
  });
}
