import { count, day, nothing } from "../../runner/pages/format.ts";
import { type Content, html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { scenarioName, words } from "../html/format.ts";
import { rowsLink } from "../html/links.ts";
import type { Row } from "../read/rows.ts";
import type { Report } from "../report.ts";
import {
  dependencyColumns,
  dueColumns,
  pairColumns,
  recoveryOfBreach,
  timesObjective,
} from "./list-columns.ts";

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
            text: `${row.app_name} · ${scenarioName(row)}`,
            href: rowsLink(row.app_id, { test: row.opened_by_raw_test_id }),
          }),
        },
        { label: "Team", cell: (row) => row.owner_team ?? nothing },
        { label: "Opened", cell: (row) => day(row.opened_date) },
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
