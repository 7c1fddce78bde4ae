import { counted, day, moment, nothing } from "../../runner/pages/format.ts";
import { html } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import type { Column, Facet } from "../../runner/pages/table.ts";
import { shortHash, words } from "../html/format.ts";
import { applicationPage, rowsPage } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms, withOrigin } from "../html/terms.ts";
import { statusCell, verdictCell } from "../html/verdicts.ts";
import type { Row } from "../read/rows.ts";
import { boundsOf, type Report } from "../report.ts";
import type { ApplicationFacts } from "./application-facts.ts";
import { messageCell } from "./application-lists.ts";
import { recoveryCell } from "./register-columns.ts";

/** The columns of a list of tests. */
function testColumns(report: Report): Column<Row>[] {
  return [
    { label: "Started, UTC", cell: (row) => ({ text: moment(row.start_time), tone: "ink" }) },
    { label: "Clock says", cell: (row) => verdictCell(row.rto_result) },
    { label: "Tool says", cell: (row) => statusCell(row.status) },
    { label: "Scenario", cell: (row) => row.scenario_name ?? nothing },
    { label: "Recovery, min", align: "right", cell: recoveryCell },
    {
      label: "Objective, min",
      align: "right",
      cell: (row) => ({ text: row.rto_minutes ?? nothing, key: Number(row.rto_minutes ?? -1) }),
    },
    { label: "Basis", cell: (row) => words(row.recovery_basis) },
    ...(report.withSamples
      ? [{ label: "Message", cell: (row: Row) => messageCell(report, row) }]
      : []),
    {
      label: "Source, run",
      cell: (row) => ({
        text: row.source_system ?? "no source",
        sub: row.source_run_id ?? "no run id",
      }),
    },
    {
      label: "SHA-256 of the payload",
      cell: (row) => ({
        text: shortHash(row.payload_hash),
        code: true,
        href: `#test=${row.raw_test_id}`,
        sub: unchanged(row),
      }),
    },
  ];
}

function unchanged({ is_payload_unchanged: is, is_synthetic: madeUp }: Row): string {
  const state =
    is === "t"
      ? "unchanged in bronze"
      : is === "f"
        ? "NOT what was delivered"
        : "no payload or hash kept";
  return madeUp === "t" ? `${state} · made up` : state;
}

/** What the choices above the list look at. */
function testFacets(row: Row): Record<string, string> {
  const sample = row.recovery_sample_seconds;
  return {
    test: row.raw_test_id ?? "",
    date: row.test_date ?? "",
    verdict: row.rto_result ?? "",
    status: row.status ?? "",
    recovery: sample === null ? "none" : sample === "Infinity" ? "unrecovered" : "recovered",
    scenario: row.scenario_id ?? "",
  };
}

/** The page that lists the tests of an application: what every number of it counts. */
export function testsOfApplicationPage(
  report: Report,
  { app, tests }: ApplicationFacts,
): PageFile[] {
  const bounds = boundsOf(report, 90);
  const base = withOrigin(baseOf(report, app));
  const one = `select raw_test_id, payload_hash, raw_payload_hash, is_payload_unchanged, raw_payload\nfrom resiliency.metric_lineage\nwhere raw_test_id = $test;\n\n-- every row of its run, and what became of it\nselect raw_test_id, disposition, reason, superseded_by\nfrom resiliency.stg_test_results\nwhere source_key = (select source_key from resiliency.stg_test_results where raw_test_id = $test);`;
  const list = longTable({
    id: "tests",
    name: `tests-of-${app.app_id}`,
    csv: `tests-of-${app.app_id}`,
    caption: `Tests of ${app.app_name}`,
    columns: testColumns(report),
    rows: tests,
    facets: facets(tests),
    facetsOf: testFacets,
    search: "scenario, run, source, hash",
    empty: "No conclusive test of these days.",
  });
  const text = page(report, {
    chapter: "lineage",
    title: `Tests of ${app.app_name}`,
    back: html`<a href="${applicationPage(app.app_id)}.html">${app.app_name}</a>`,
    answer:
      "What every number of this application counts, test by test, with the hash of the payload that its source sent.",
    meta: `${counted(tests.length, "conclusive test")}${bounds ? ` of ${day(bounds.first)} to ${day(bounds.last)}, and older ones that are evidence` : ""} · view metric_lineage · ${report.origin}`,
    main: html`<section><div class="head"><h2>The same, counted by the database</h2><p>The SQL follows what is chosen below.</p></div>
<pre class="sql" tabindex="0" aria-label="SQL that recounts what is chosen"><code id="recount" data-base="${base}" data-test="${one}">${base};</code></pre></section>
${list.markup}${report.withSamples && payloads(tests)}`,
    terms: createTerms(report.facts.comments),
  });
  return [{ path: rowsPage(app.app_id), text }, ...list.files];
}

/** Counts the tests of the list: those of its days, and older ones that are evidence. */
function baseOf(report: Report, { app_id: app }: Row): string {
  const { nameOf } = report.facts;
  const bounds = boundsOf(report, 90);
  const listed =
    bounds &&
    `
  and (
    metric_date between '${bounds.first}' and '${bounds.last}'
    or raw_test_id in (
      select raw_test_id from ${nameOf("rto_evidence_register")} where app_id = ${app}
      union all
      select opened_by_raw_test_id from ${nameOf("findings")} where app_id = ${app}
    )
  )`;
  return `select count(*)\nfrom resiliency.metric_lineage\nwhere app_id = ${app}${listed ?? ""}`;
}

const mostPayloads = 20;

function payloads(tests: readonly Row[]) {
  const kept = tests.filter(({ raw_payload: payload }) => payload).slice(0, mostPayloads);
  return (
    kept.length > 0 &&
    html`<section><div class="head"><h2>Payloads of the newest tests</h2><p>As received, at most 2,000 characters of each of ${mostPayloads}.</p></div>
${kept.map(
  (row) =>
    html`<details><summary>${moment(row.start_time)} · <code>${shortHash(row.payload_hash)}</code></summary><pre class="sql" tabindex="0"><code>${row.raw_payload}</code></pre></details>`,
)}</section>`
  );
}

function facets(tests: readonly Row[]): Facet[] {
  const scenarios = new Map(
    tests.map((row) => [
      row.scenario_id ?? "",
      row.scenario_id === "0" ? "name not mapped" : (row.scenario_name ?? ""),
    ]),
  );
  const value = (column: string) => (name: string) => ({
    value: name,
    label: words(name),
    sql: `${column} = '${name}'`,
  });
  return [
    {
      key: "verdict",
      label: "Clock",
      values: ["met", "breached", "undetermined", "missing_objective"].map(value("rto_result")),
    },
    { key: "status", label: "Tool", values: ["passed", "failed"].map(value("status")) },
    {
      key: "recovery",
      label: "Recovery",
      values: [
        { value: "recovered", label: "recovered", sql: "recovery_sample_seconds < 'Infinity'" },
        {
          value: "unrecovered",
          label: "never recovered",
          sql: "recovery_sample_seconds = 'Infinity'",
        },
        { value: "none", label: "no recovery time", sql: "recovery_sample_seconds is null" },
      ],
    },
    {
      key: "scenario",
      label: "Scenario",
      values: [...scenarios]
        .sort()
        .map(([id, name]) => ({ value: id, label: name, sql: `scenario_id = ${Number(id)}` })),
    },
  ];
}
