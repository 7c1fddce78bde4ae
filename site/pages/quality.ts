import { count, moment, nothing } from "../../runner/pages/format.ts";
import { html } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { percent, words } from "../html/format.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms, sqlBlock } from "../html/terms.ts";
import { number, sum } from "../read/rows.ts";
import { type Report, shareOf } from "../report.ts";
import { sourcesSection } from "./sources.ts";

/** What became of all that was received, from bronze to the numbers. */
export function qualityPage(report: Report): PageFile[] {
  const terms = createTerms(report.facts.comments);
  const { data_quality: quality, completeness, quarantined_by_reason: reasons } = report.facts.data;
  const received = sum(quality.rows, "received_rows");
  const staged = sum(quality.rows, "staged_rows");
  const state = completeness.rows[0];
  const quarantine = quarantined(report);
  const names = namesReceived(report);
  const text = page(report, {
    chapter: "quality",
    title: "What became of the rows that came in?",
    answer:
      received === 0
        ? "Nothing has been received yet."
        : `Of ${count(received)} rows ever received ${count(staged)} count as tests (${percent(shareOf(staged, received))} %); every other one is accounted for below.`,
    meta: [
      state?.all_decided_as_of &&
        `every row that was there on ${moment(state.all_decided_as_of)} UTC is decided`,
      state?.last_audit_at
        ? `all rows last compared on ${moment(state.last_audit_at)} UTC`
        : state && "all rows were never compared by an audit",
      report.origin,
    ]
      .filter(Boolean)
      .join(" · "),
    main: html`${section("From received to counted", { remark: html`All sources. <a href="data/data_quality.csv">CSV</a>` }, funnel(report))}
${sourcesSection(report)}
${section("Why rows cannot be used", { remark: `${count(sum(reasons.rows, "quarantined_rows"))} rows.` }, quarantine.markup)}
${section("Names received", { remark: "How the sources spell the scenarios, those that match none first. A name becomes known by a line in dim_scenario_aliases." }, names.markup)}
${sqlBlock(`-- the rows behind a number of this page
select * from resiliency.stg_test_results
where source_system = '…' and disposition = 'quarantined' and reason = '…'`)}`,
    terms,
  });
  return [{ path: "quality.html", text }, ...quarantine.files, ...names.files];
}

function funnel(report: Report) {
  const { rows } = report.facts.data.data_quality;
  const received = sum(rows, "received_rows");
  const steps = [
    ["received", "received_rows"],
    ["repeats that a newer report of their run replaces", "duplicate_rows"],
    ["neither passed nor failed", "not_conclusive_rows"],
    ["unusable", "quarantined_rows"],
    ["counted as tests", "staged_rows"],
    ["of these: scenario name not mapped", "unmapped_rows"],
    ["arrived over a day after their end", "late_rows"],
    ["made up", "synthetic_rows"],
  ] as const;
  return table({
    id: "funnel",
    caption: "From received to counted",
    rows: received === 0 ? [] : steps,
    empty: "Nothing has been received yet.",
    columns: [
      { label: "Rows that are …", cell: ([name]) => name },
      { label: "Rows", align: "right", cell: ([, column]) => count(sum(rows, column)) },
      {
        label: "% of received",
        align: "right",
        cell: ([, column]) => percent(shareOf(sum(rows, column), received)),
      },
    ],
  });
}

function quarantined(report: Report) {
  return longTable({
    id: "quarantined",
    csv: "quarantined_by_reason",
    caption: "Why rows cannot be used",
    rows: report.facts.data.quarantined_by_reason.rows,
    search: "source or reason",
    empty: "Every row can be used.",
    columns: [
      { label: "Source", cell: (row) => row.source_system ?? "not named" },
      { label: "Reason", cell: (row) => words(row.reason) },
      {
        label: "Rows",
        align: "right",
        cell: (row) => ({ text: count(row.quarantined_rows), key: number(row.quarantined_rows) }),
      },
      { label: "First, UTC", cell: (row) => moment(row.first_ingested_at) },
      { label: "Last, UTC", cell: (row) => moment(row.last_ingested_at) },
      {
        label: "Example in bronze",
        align: "right",
        cell: (row) => ({
          text: `test_id ${row.example_raw_test_id}`,
          code: true,
          key: number(row.example_raw_test_id),
        }),
      },
    ],
  });
}

function namesReceived(report: Report) {
  return longTable({
    id: "names",
    csv: "scenario_names_received",
    caption: "Names received",
    rows: report.facts.data.scenario_names_received.rows,
    facets: [
      {
        key: "mapped",
        label: "Matched",
        values: [
          { value: "no", label: "not matched" },
          { value: "yes", label: "matched" },
        ],
      },
    ],
    facetsOf: (row) => ({ mapped: row.scenario_id === "0" ? "no" : "yes" }),
    search: "name",
    empty: "No name was received yet.",
    columns: [
      { label: "Name as received", cell: (row) => row.scenario_name ?? "no name" },
      {
        label: "Matched to",
        cell: (row) =>
          row.scenario_id === "0" ? { text: "none", tone: "muted" } : (row.matched_name ?? nothing),
      },
      {
        label: "Tests",
        align: "right",
        cell: (row) => ({ text: count(row.total_tests), key: number(row.total_tests) }),
      },
      { label: "First, UTC", cell: (row) => moment(row.first_start_time) },
      { label: "Last, UTC", cell: (row) => moment(row.last_start_time) },
    ],
  });
}
