import { fewRows } from "../../runner/pages/data-file.ts";
import { count, day, nothing } from "../../runner/pages/format.ts";
import { html } from "../../runner/pages/html.ts";
import { facetOf, type PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { percent } from "../html/format.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms } from "../html/terms.ts";
import { groupBy, number, type Row, sum } from "../read/rows.ts";
import { type Report, shareOf } from "../report.ts";
import { applicationCell } from "./application-lists.ts";
import { coverageSection } from "./coverage-matrix.ts";
import { dependencyColumns, dueColumns } from "./list-columns.ts";

/** What was never tested, or not lately, and whose turn it is. */
export function coveragePage(report: Report): PageFile[] {
  const {
    coverage_by_application: coverage,
    overdue_tests: due,
    dependencies_with_longer_rto: dependencies,
  } = report.facts.data;
  const terms = createTerms(report.facts.comments);
  const list = longTable({
    first: fewRows,
    id: "due",
    name: "due",
    csv: "overdue_tests",
    caption: "Due and overdue",
    columns: dueColumns,
    rows: due.rows,
    facets: [
      facetOf({ key: "team", label: "Team" }, due.rows, ({ owner_team: team }) => ({
        value: team ?? "",
        label: team ?? "no team",
      })),
      {
        key: "urgency",
        label: "State",
        values: [
          ["never_tested", "never tested"],
          ["overdue", "overdue"],
          ["due_soon", "due within 14 days"],
        ].map(([value = "", label = ""]) => ({ value, label })),
      },
    ],
    facetsOf: (row) => ({ team: row.owner_team ?? "", urgency: row.urgency ?? "" }),
    search: "application, scenario, team",
    empty: "No required test is due within 14 days.",
  });
  const applications = longTable({
    first: fewRows,
    id: "by-application",
    csv: "coverage_by_application",
    caption: "Coverage by application",
    rows: [...coverage.rows].sort((one, other) => gapsOf(other) - gapsOf(one)),
    columns: [
      { label: "Application", cell: applicationCell },
      { label: "Team", cell: (row) => row.owner_team ?? nothing },
      ...(["required", "covered", "overdue", "never_tested"] as const).map((name) => ({
        label:
          name === "never_tested"
            ? "Never tested"
            : `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
        head: terms.define(name.replace("_", " "), {
          column: `coverage_by_application.${name}_pairs`,
        }),
        align: "right" as const,
        cell: (row: Row) => {
          const value = number(row[`${name}_pairs`]);
          const isBad = value > 0 && (name === "overdue" || name === "never_tested");
          return { text: count(value), key: value, tone: isBad ? ("bad" as const) : undefined };
        },
      })),
      {
        label: "Covered, %",
        align: "right",
        cell: (row) => ({
          text: percent(row.coverage_pct),
          key: row.coverage_pct ? Number(row.coverage_pct) : -1,
        }),
      },
    ],
    search: "application or team",
    empty: "No application is known yet.",
  });
  const required = sum(coverage.rows, "required_pairs");
  const covered = sum(coverage.rows, "covered_pairs");
  const text = page(report, {
    chapter: "coverage",
    title: "What was never tested, or not lately?",
    answer:
      required === 0
        ? "No test is required: dim_required_coverage says which application is to be tested with what, and how often."
        : html`${count(covered)} of ${count(required)} required pairs of application and fault are up to date (${percent(shareOf(covered, required))} %). ${count(sum(coverage.rows, "overdue_pairs"))} are overdue, ${count(sum(coverage.rows, "never_tested_pairs"))} were never tested.`,
    meta: `As of ${day(report.facts.today)} · coverage goes by the calendar, not by the newest test · ${report.origin}`,
    main: html`${coverageSection(report)}
${section("By team", { remark: "Required tests that are overdue, never made or due within 14 days." }, teams(due.rows))}
${section("Due and overdue", {}, list.markup)}
${section("By application", {}, applications.markup)}
${section(
  "Needs something that may be back later",
  {
    id: "dependencies",
    remark: html`Objectives of today compared along what each application needs. <a href="data/dependencies_with_longer_rto.csv">CSV</a>`,
  },
  table({
    id: "longer",
    caption: "Dependencies with a longer objective",
    columns: dependencyColumns,
    rows: dependencies.rows.slice(0, fewRows),
    empty: "Every application is allowed to be back later than what it needs.",
  }),
)}`,
    terms,
  });
  return [{ path: "coverage.html", text }, ...list.files, ...applications.files];
}

function gapsOf(row: Row): number {
  return number(row.overdue_pairs) + number(row.never_tested_pairs);
}

const mostTeams = 50;

function teams(due: readonly Row[]) {
  const rows = [...groupBy(due, "owner_team")].map(([team, tests]) => {
    const of = (urgency: string) => tests.filter((row) => row.urgency === urgency).length;
    return {
      team: team || "no team",
      overdue: of("overdue"),
      never: of("never_tested"),
      soon: of("due_soon"),
    };
  });
  return table({
    id: "teams",
    caption: "Due tests by team",
    rows: rows
      .sort((one, other) => other.overdue + other.never - one.overdue - one.never)
      .slice(0, mostTeams),
    empty: "No team has a test that is due within 14 days.",
    columns: [
      { label: "Team", cell: ({ team }) => team },
      {
        label: "Overdue",
        align: "right",
        cell: ({ overdue }) => ({ text: count(overdue), tone: overdue > 0 ? "bad" : undefined }),
      },
      {
        label: "Never tested",
        align: "right",
        cell: ({ never }) => ({ text: count(never), tone: never > 0 ? "bad" : undefined }),
      },
      { label: "Due within 14 days", align: "right", cell: ({ soon }) => count(soon) },
    ],
  });
}
