import { count, counted, moment, nothing } from "../../runner/pages/format.ts";
import type { Content } from "../../runner/pages/html.ts";
import { facetOf, type PageFile } from "../../runner/pages/long-table.ts";
import type { Column, Facet } from "../../runner/pages/table.ts";
import { shortHash, words } from "../html/format.ts";
import { rowsLink } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms } from "../html/terms.ts";
import { statusCell, verdictCell } from "../html/verdicts.ts";
import type { Row } from "../read/rows.ts";
import type { Report } from "../report.ts";
import { applicationCell, messageCell } from "./application-lists.ts";
import { recoveryOfBreach, timesObjective } from "./list-columns.ts";
import { metaLine } from "./overview.ts";
import { recoveryCell } from "./register-columns.ts";

/** Tests that passed by their tool's word and breached their objective. */
export function passedButBreachedPage(report: Report): PageFile[] {
  const { rows } = report.facts.data.passed_but_breached_tests;
  return listPage(report, {
    chapter: "passed-but-breached",
    csv: "passed_but_breached_tests",
    title: "What passed, yet took too long?",
    answer:
      rows.length === 0
        ? "No test of these days passed by its tool's word and breached the objective of its day."
        : `${counted(rows.length, "test")} passed by the word of the tool and took longer than the objective of their day. A pass that is too late is no recovery.`,
    rows,
    columns: [
      ...start,
      { label: "Recovery, min", align: "right", cell: recoveryOfBreach },
      {
        label: "Objective, min",
        align: "right",
        cell: (row) => ({ text: row.rto_minutes ?? nothing, key: Number(row.rto_minutes ?? -1) }),
      },
      { label: "× objective", align: "right", cell: timesObjective },
      basis,
      source,
      payload,
    ],
    facets: [],
  });
}

/** Tests that failed or breached their objective. */
export function failedPage(report: Report): PageFile[] {
  const { rows } = report.facts.data.failed_and_breached_tests;
  const failed = rows.filter(({ status }) => status === "failed").length;
  const breached = rows.filter(({ rto_result: result }) => result === "breached").length;
  return listPage(report, {
    chapter: "failed",
    csv: "failed_and_breached_tests",
    title: "What failed or took too long?",
    answer:
      rows.length === 0
        ? "No test of these days failed or breached the objective of its day."
        : `${counted(failed, "test")} failed by the word of the tool, ${count(breached)} breached the objective of their day, ${count(failed + breached - rows.length)} did both.`,
    rows,
    columns: [
      ...start,
      { label: "Tool says", cell: (row) => statusCell(row.status) },
      { label: "Clock says", cell: (row) => verdictCell(row.rto_result) },
      { label: "Recovery, min", align: "right", cell: recoveryCell },
      basis,
      {
        label: "Seen",
        align: "right",
        cell: (row) => ({ text: `${count(row.times_seen)}×`, key: Number(row.times_seen) }),
      },
      ...(report.withSamples
        ? [{ label: "Message", cell: (row: Row) => messageCell(report, row) }]
        : []),
      source,
      payload,
    ],
    facets: [
      {
        key: "status",
        label: "Tool",
        values: ["passed", "failed"].map((value) => ({ value, label: value })),
      },
      {
        key: "verdict",
        label: "Clock",
        values: ["met", "breached", "undetermined", "missing_objective"].map((value) => ({
          value,
          label: words(value),
        })),
      },
    ],
  });
}

const start: Column<Row>[] = [
  {
    label: "Started, UTC",
    cell: (row) => ({
      text: moment(row.start_time),
      key: row.start_time ?? "",
      tone: "ink",
    }),
  },
  { label: "Application", cell: applicationCell },
  { label: "Scenario", cell: (row) => row.scenario_name ?? "no name" },
];
const basis: Column<Row> = {
  label: "Basis",
  cell: (row) => ({ text: words(row.recovery_basis), tone: "muted" }),
};
const source: Column<Row> = {
  label: "Source, run",
  cell: (row) => ({
    text: row.source_system ?? "no source",
    sub: row.source_run_id ?? "no run id",
  }),
};
const payload: Column<Row> = {
  label: "Payload",
  cell: (row) => ({
    text: shortHash(row.payload_hash),
    code: true,
    href: rowsLink(row.app_id, { test: row.raw_test_id }),
  }),
};

interface ListParts {
  chapter: "passed-but-breached" | "failed";
  csv: string;
  title: string;
  answer: Content;
  rows: Row[];
  columns: Column<Row>[];
  facets: Facet[];
}

function listPage(report: Report, parts: ListParts): PageFile[] {
  const { chapter, csv, title, answer, rows, columns, facets } = parts;
  const list = longTable({
    id: "tests",
    name: chapter,
    csv,
    caption: title,
    columns,
    rows,
    facets: [
      facetOf({ key: "app", label: "Application" }, rows, (row) => ({
        value: row.app_id ?? "",
        label: row.app_name ?? "",
      })),
      ...facets,
    ],
    facetsOf: (row) => ({
      app: row.app_id ?? "",
      date: row.test_date ?? "",
      status: row.status ?? "",
      verdict: row.rto_result ?? "",
    }),
    search: "application, scenario, run, source",
    empty: "There is none.",
  });
  const text = page(report, {
    chapter,
    title,
    answer,
    meta: metaLine(report, report.days),
    main: list.markup,
    terms: createTerms(report.facts.comments),
  });
  return [{ path: `${chapter}.html`, text }, ...list.files];
}
