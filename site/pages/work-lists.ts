import { count, day, nothing } from "../../runner/pages/format.ts";
import { type Content, html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { stackedBar } from "../charts/spark.ts";
import { minutes, percent, times, words } from "../html/format.ts";
import { applicationPage, rowsLink } from "../html/links.ts";
import { groupBy, number, type Row, sum } from "../read/rows.ts";
import { type Report, shareOf } from "../report.ts";

const shortList = 6;

/** What somebody has to look at next: the five lists of the overview. */
export function workLists(report: Report): Markup {
  return html`<div class="pair">${passedButBreached(report)}${due(report)}</div>
<div class="pair">${dependencies(report)}${unsteady(report)}</div>
${openFindings(report)}`;
}

function passedButBreached(report: Report): Markup {
  const rows = report.facts.data.passed_but_breached_tests.rows;
  return section(
    "Passed by the tool, breached by the clock",
    { more: all("passed-but-breached.html", rows) },
    table({
      id: "passed-but-breached",
      caption: "Passed by the tool, breached by the clock",
      rows: rows.slice(0, shortList),
      empty: "No test of these days passed and breached its objective.",
      columns: [
        {
          label: "Test",
          cell: (row) => ({
            text: `${row.app_name} · ${row.scenario_name ?? "no name"}`,
            href: rowsLink(row.app_id, { test: row.raw_test_id }),
            sub: `${day(row.test_date, false)} · ${row.source_system ?? "no source"} · ${words(row.recovery_basis)}`,
          }),
        },
        { label: "Recovery, min", align: "right", cell: recoveryOfBreach },
        { label: "Objective, min", align: "right", cell: (row) => row.rto_minutes ?? nothing },
        { label: "× objective", align: "right", cell: timesObjective },
      ],
    }),
  );
}

/** How long the recovery of a breach took: at least as long as it was watched when it never came. */
export function recoveryOfBreach(row: Row) {
  return row.recovery_seconds === null && row.observed_seconds !== null
    ? {
        text: `> ${minutes(row.observed_seconds)}`,
        tone: "bad" as const,
        key: number(row.observed_seconds),
      }
    : {
        text: minutes(row.recovery_seconds),
        tone: "bad" as const,
        key: number(row.recovery_seconds),
      };
}

/** A recovery in multiples of its objective. */
export function timesObjective(row: Row) {
  const seconds = number(row.recovery_seconds ?? row.observed_seconds);
  const ratio = seconds / (number(row.rto_minutes) * 60);
  return {
    text: Number.isNaN(ratio) ? nothing : times(ratio),
    key: Number.isNaN(ratio) ? -1 : ratio,
  };
}

function due(report: Report): Markup {
  const rows = report.facts.data.overdue_tests.rows;
  return section(
    "Due and overdue",
    { more: all("coverage.html", rows, "by team") },
    table({
      id: "due",
      caption: "Due and overdue",
      rows: rows.slice(0, shortList),
      empty: "No required test is due within 14 days.",
      columns: dueColumns,
    }),
  );
}

/** The columns of required tests that are due. */
export const dueColumns = [
  {
    label: "Required test",
    cell: (row: Row) => ({
      text: `${row.app_name} · ${row.scenario_name}`,
      href: `${applicationPage(row.app_id)}.html`,
    }),
  },
  { label: "Team", cell: (row: Row) => row.owner_team ?? nothing },
  {
    label: "Last test",
    cell: (row: Row) =>
      row.last_test_date === null
        ? { text: "never", tone: "bad" as const }
        : day(row.last_test_date),
  },
  {
    label: "Overdue by",
    align: "right" as const,
    cell: (row: Row) => {
      if (row.days_overdue === null) return nothing;
      const days = number(row.days_overdue);
      return days > 0
        ? { text: `${count(days)} d`, tone: "bad" as const, key: days }
        : { text: days === 0 ? "due today" : `due in ${count(-days)} d`, key: days };
    },
  },
];

function dependencies(report: Report): Markup {
  const rows = report.facts.data.dependencies_with_longer_rto.rows;
  return section(
    "Needs something that may be back later",
    { more: all("coverage.html#dependencies", rows) },
    table({
      id: "dependencies",
      caption: "Needs something that may be back later",
      rows: rows.slice(0, shortList),
      empty: "Every application is allowed to be back later than what it needs.",
      columns: dependencyColumns,
    }),
  );
}

/** The columns of applications that need one with a longer objective. */
export const dependencyColumns = [
  {
    label: "Application > what it needs",
    cell: (row: Row) => ({ text: row.path ?? nothing, sub: row.reason ?? undefined }),
  },
  { label: "Own, min", align: "right" as const, cell: (row: Row) => row.rto_minutes ?? "none" },
  {
    label: "Needed, min",
    align: "right" as const,
    cell: (row: Row) => row.dependency_rto_minutes ?? "none",
  },
  {
    label: "Excess, min",
    align: "right" as const,
    cell: (row: Row) =>
      row.excess_minutes === null
        ? { text: words(row.problem), tone: "muted" as const }
        : { text: `+${count(row.excess_minutes)}`, tone: "bad" as const },
  },
];

function unsteady(report: Report): Markup {
  const rows = report.facts.data.flaky_and_regressed_pairs.rows;
  const slower = [
    ...rows.filter(({ is_regressed: is }) => is === "t"),
    ...rows.filter(({ is_regressed: is }) => is !== "t"),
  ];
  return section(
    "Flaky or slower than before",
    { more: all("findings.html#pairs", rows) },
    table({
      id: "unsteady",
      caption: "Flaky or slower than before",
      rows: slower.slice(0, shortList),
      empty: "No pair of application and scenario is flaky or got slower.",
      columns: pairColumns,
    }),
  );
}

/** The columns of pairs whose newest tests disagree or got slower. */
export const pairColumns = [
  {
    label: "Application · scenario",
    cell: (row: Row) => ({
      text: `${row.app_name} · ${row.scenario_id === "0" ? "name not mapped" : row.scenario_name}`,
      href: rowsLink(row.app_id, { scenario: row.scenario_id }),
    }),
  },
  {
    label: "Failed of the last 10",
    align: "right" as const,
    cell: (row: Row) => `${row.recent_failed_tests} of ${row.recent_tests}`,
  },
  {
    label: "Median of 5 before, min",
    align: "right" as const,
    cell: (row: Row) => minutes(row.previous_median_seconds),
  },
  {
    label: "Last 5, min",
    align: "right" as const,
    cell: (row: Row) => ({
      text: minutes(row.recent_median_seconds),
      sub: row.is_regressed === "t" ? "slower" : undefined,
    }),
  },
];

function openFindings(report: Report): Markup {
  const rows = report.facts.data.findings.rows.filter(({ closed_at: closed }) => closed === null);
  return section(
    "Open findings",
    {
      remark:
        "A finding opens with a failed or breached test of a pair and closes with the next good one.",
      more: all("findings.html", rows),
    },
    table({
      id: "open-findings",
      caption: "Open findings",
      rows: rows.slice(0, shortList),
      empty: "Every pair had a good test after its last bad one.",
      columns: [
        {
          label: "Application · scenario",
          cell: (row) => ({
            text: `${row.app_name} · ${row.scenario_id === "0" ? "name not mapped" : row.scenario_name}`,
            href: rowsLink(row.app_id, { test: row.opened_by_raw_test_id }),
          }),
        },
        { label: "Team", cell: (row) => row.owner_team ?? nothing },
        { label: "Opened", cell: (row) => day(row.opened_at) },
        { label: "Bad tests in a row", align: "right", cell: (row) => count(row.bad_tests) },
        {
          label: "State",
          cell: (row) => (row.state === "failed_again" ? "re-tested in vain" : "not re-tested"),
        },
      ],
    }),
  );
}

function all(href: string, rows: readonly Row[], text?: string): Content {
  return rows.length > 0 && html`<a href="${href}">${text ?? `all ${count(rows.length)}`}</a>`;
}

/** What became of the rows of each source. */
export function sourcesSection(report: Report): Markup {
  const { data_quality: quality, quarantined_by_reason: reasons } = report.facts.data;
  const byReason = groupBy(reasons.rows, "source_system");
  return section(
    "What the sources delivered",
    {
      remark: html`All rows ever received. Bar: counted, repeats (light), not conclusive (hatched), unusable (dark). <a href="quality.html">More</a>`,
    },
    table({
      id: "sources",
      caption: "What the sources delivered",
      rows: quality.rows.slice(0, 30),
      empty: "No source has delivered anything yet.",
      columns: [
        {
          label: "Source",
          cell: (row) => ({
            text: row.source_system ?? "not named",
            tone: row.source_system ? undefined : "muted",
          }),
        },
        {
          label: "Rows",
          align: "right",
          cell: (row) => ({ text: count(row.received_rows), chart: funnelBar(row) }),
        },
        { label: "Counted", align: "right", cell: (row) => count(row.staged_rows) },
        { label: "Repeats, %", align: "right", cell: (row) => percent(row.duplicate_pct) },
        {
          label: "Not conclusive, %",
          align: "right",
          cell: (row) =>
            percent(shareOf(number(row.not_conclusive_rows), number(row.received_rows))),
        },
        { label: "Unusable, %", align: "right", cell: (row) => percent(row.quarantined_pct) },
        {
          label: "Most often because",
          cell: (row) => oftenestReason(byReason.get(row.source_system ?? "") ?? []),
        },
        { label: "Name not mapped, %", align: "right", cell: (row) => percent(row.unmapped_pct) },
        { label: "Over a day late, %", align: "right", cell: (row) => percent(row.late_pct) },
      ],
    }),
  );
}

/** What became of the rows of a source, as a bar. */
export function funnelBar(row: Row): Markup {
  const total = sum([row], "received_rows");
  return stackedBar(
    [
      { value: number(row.staged_rows), kind: "met" },
      { value: number(row.duplicate_rows), kind: "faint" },
      { value: number(row.not_conclusive_rows), kind: "unknown" },
      { value: number(row.quarantined_rows), kind: "ink" },
    ],
    {
      total,
      label: `Of ${count(total)} rows: ${count(row.staged_rows)} counted, ${count(row.quarantined_rows)} unusable`,
    },
  );
}

function oftenestReason(reasons: readonly Row[]) {
  const [first] = [...reasons].sort(
    (one, other) => number(other.quarantined_rows) - number(one.quarantined_rows),
  );
  return first
    ? { text: `${words(first.reason)} (${count(first.quarantined_rows)})`, tone: "muted" as const }
    : nothing;
}
