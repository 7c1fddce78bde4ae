import { fewRows } from "../../runner/pages/data-file.ts";
import { count, counted, day, moment, nothing } from "../../runner/pages/format.ts";
import { html } from "../../runner/pages/html.ts";
import { facetOf, type PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { scenarioName, times } from "../html/format.ts";
import { rowsLink } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms } from "../html/terms.ts";
import { groupBy, number, type Row } from "../read/rows.ts";
import type { Report } from "../report.ts";
import { applicationCell, messageCell } from "./application-lists.ts";
import { pairColumns } from "./list-columns.ts";
import { metaLine } from "./overview.ts";

/** What a day that has not come is sorted by: it is later than all others. */
const noDayYet = "9999";

/** Findings, and the pairs that they come from again and again. */
export function findingsPage(report: Report): PageFile[] {
  const terms = createTerms(report.facts.comments);
  const { findings, flaky_and_regressed_pairs: unsteady } = report.facts.data;
  const { rows } = findings;
  const open = rows.filter(({ closed_at: closed }) => closed === null).length;
  const list = allFindings(report, rows);
  const pairs = findingsByPair(rows);
  const flaky = longTable({
    first: fewRows,
    id: "unsteady",
    csv: "flaky_and_regressed_pairs",
    caption: "Flaky or slower than before",
    rows: unsteady.rows,
    columns: pairColumns,
    search: "application or scenario",
    empty: "No pair of application and scenario is flaky or got slower.",
  });
  const text = page(report, {
    chapter: "findings",
    title: "Was what failed re-tested, and is it good again?",
    answer:
      rows.length === 0
        ? "There is no finding: no test failed or breached its objective."
        : `${counted(open, "finding")} ${open === 1 ? "is" : "are"} open; ${count(rows.length - open)} were closed in ${report.days} days by a later good test of the same pair.`,
    meta: metaLine(report, report.days),
    main: html`${section("By application and scenario", { remark: "Open findings first. A pair with many findings fails again and again." }, pairs.markup)}
${section("All findings", { remark: "From the start of the first bad test of a pair to that of the next good one. It includes the wait for the next test." }, list.markup)}
${section("Flaky or slower than before", { id: "pairs", remark: "Some of the last 10 tests failed and some passed, or the median of the last 5 recoveries is over a quarter longer than that of the 5 before." }, flaky.markup)}`,
    terms,
  });
  return [{ path: "findings.html", text }, ...pairs.files, ...list.files, ...flaky.files];
}

function allFindings(report: Report, rows: Row[]) {
  return longTable({
    first: fewRows,
    id: "findings",
    csv: "findings",
    caption: "All findings",
    rows,
    facets: [
      facetOf({ key: "app", label: "Application" }, rows, (row) => ({
        value: row.app_id ?? "",
        label: row.app_name ?? "",
      })),
      {
        key: "state",
        label: "State",
        values: [
          { value: "not-closed", label: "not closed" },
          { value: "closed", label: "closed" },
        ],
      },
    ],
    facetsOf: (row) => ({
      app: row.app_id ?? "",
      state: row.closed_at === null ? "not-closed" : "closed",
    }),
    search: "application, scenario, team",
    empty: "There is no finding.",
    columns: [
      {
        label: "Opened, UTC",
        cell: (row) => ({
          text: moment(row.opened_at),
          key: row.opened_at ?? "",
          href: rowsLink(row.app_id, { test: row.opened_by_raw_test_id }),
        }),
      },
      { label: "Application", cell: applicationCell },
      { label: "Scenario", cell: scenarioName },
      { label: "Team", cell: (row) => row.owner_team ?? nothing },
      {
        label: "State",
        cell: (row) =>
          row.state === "failed_again"
            ? "re-tested in vain"
            : row.state === "open"
              ? "not re-tested"
              : "closed",
      },
      {
        label: "Bad tests in a row",
        align: "right",
        cell: (row) => ({ text: count(row.bad_tests), key: number(row.bad_tests) }),
      },
      {
        label: "Days to close",
        align: "right",
        cell: (row) =>
          row.days_to_close === null
            ? { text: nothing, key: 1e9 }
            : { text: times(number(row.days_to_close)), key: number(row.days_to_close) },
      },
      {
        label: "Closed, UTC",
        cell: (row) =>
          row.closed_at === null
            ? { text: "open", key: noDayYet }
            : {
                text: moment(row.closed_at),
                key: row.closed_at ?? "",
                href: rowsLink(row.app_id, { test: row.closed_by_raw_test_id }),
              },
      },
      ...(report.withSamples
        ? [{ label: "What went wrong first", cell: (row: Row) => messageCell(report, row) }]
        : []),
    ],
  });
}

function findingsByPair(rows: readonly Row[]) {
  const groups = [...groupBy(rows, "app_id").values()].flatMap((own) => [
    ...groupBy(own, "scenario_id").values(),
  ]);
  const pairs = groups.map((group) => {
    const open = group.filter(({ closed_at: closed }) => closed === null);
    return {
      first: group[0] as Row,
      all: group.length,
      open: open.length,
      oldest: open.at(-1)?.opened_date,
    };
  });
  return longTable({
    first: fewRows,
    id: "pairs-with-findings",
    csv: "findings",
    caption: "Findings by application and scenario",
    rows: pairs.sort((one, other) => other.open - one.open || other.all - one.all),
    search: "application or scenario",
    empty: "There is no finding.",
    columns: [
      { label: "Application", cell: ({ first }) => applicationCell(first) },
      {
        label: "Scenario",
        cell: ({ first }) =>
          first.scenario_id === "0" ? "name not mapped" : (first.scenario_name ?? nothing),
      },
      { label: "Open", align: "right", cell: ({ open }) => ({ text: count(open), key: open }) },
      {
        label: "Open since",
        cell: ({ oldest }) =>
          oldest ? { text: day(oldest), key: oldest } : { text: nothing, key: noDayYet },
      },
      {
        label: "Findings",
        align: "right",
        cell: ({ all, first }) => ({
          text: count(all),
          key: all,
          href: rowsLink(first.app_id, { scenario: first.scenario_id }),
        }),
      },
    ],
  });
}
