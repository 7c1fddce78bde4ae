import { count } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { type Column, table } from "../../runner/pages/table.ts";
import { strip, stripAxis } from "../charts/strip.ts";
import { minutes, percent } from "../html/format.ts";
import type { Terms } from "../html/terms.ts";
import { inWindow } from "../read/read-report.ts";
import { number, type Row } from "../read/rows.ts";
import { byKey, type Report } from "../report.ts";

const strips = { domain: [0.1, 5_000] as [number, number], width: 360 };
const axis = [
  { value: 0.1, label: "0.1" },
  { value: 1, label: "1" },
  { value: 10, label: "10" },
  { value: 100, label: "100" },
  { value: 1_000, label: "1,000 min" },
];

/** Scenarios that a page draws. */
const mostDrawn = 30;

/** How long recovery takes by kind of fault, the slowest first. */
export function recoverySection(report: Report, days: number, terms: Terms): Markup {
  const { data } = report.facts;
  const all = inWindow(data.recovery_distribution.rows, days)
    .filter((row) => recoveriesOf(row) > 0)
    .sort((one, other) => number(other.p50_recovery_seconds) - number(one.p50_recovery_seconds));
  const drawn = byKey(inWindow(data.recovery_by_scenario.rows, days), "scenario_id");
  return section(
    "How long recovery takes, by kind of fault",
    {
      remark: html`Minutes, all applications, ${days} days. Percentiles count tests that never recovered as longer than all others; below 20 recoveries there is none.${
        all.length > mostDrawn &&
        html` The ${mostDrawn} slowest of ${count(all.length)}; all in <a href="data/recovery_distribution.csv">recovery_distribution.csv</a>.`
      }`,
    },
    table({
      id: "recovery",
      caption: "Recovery by kind of fault",
      columns: columns(drawn, terms),
      rows: all.slice(0, mostDrawn),
      empty: "No test of these days has a recovery time.",
    }),
  );
}

function recoveriesOf(row: Row): number {
  return number(row.recovered_tests) + number(row.unrecovered_tests);
}

function columns(drawn: ReadonlyMap<string, Row>, terms: Terms): Column<Row>[] {
  return [
    {
      label: "Scenario",
      cell: (row) =>
        row.scenario_id === "0"
          ? { text: "name not mapped", tone: "muted" }
          : (row.scenario_name ?? ""),
    },
    {
      label: "Minutes",
      head: html`<span class="unseen">Minutes, drawn</span>${stripAxis(axis, strips)}`,
      cell: (row) => ({ text: "", chart: stripOf(row, drawn) }),
    },
    {
      label: "Median",
      head: terms.define("Median", { column: "recovery_distribution.p50_recovery_seconds" }),
      align: "right",
      cell: (row) => minutes(row.p50_recovery_seconds),
    },
    {
      label: "95th percentile",
      head: terms.define("95th", { column: "recovery_distribution.p95_recovery_seconds" }),
      align: "right",
      cell: (row) =>
        row.p95_recovery_seconds === null
          ? { text: "n < 20", tone: "muted" }
          : minutes(row.p95_recovery_seconds),
    },
    {
      label: "Longest",
      head: terms.define("Longest", { column: "recovery_distribution.longest_recovery_seconds" }),
      align: "right",
      cell: (row) => minutes(row.longest_recovery_seconds),
    },
    {
      label: "Never recovered",
      head: terms.define("Never recovered", { column: "recovery_distribution.unrecovered_pct" }),
      align: "right",
      cell: (row) => `${count(row.unrecovered_tests)} (${percent(row.unrecovered_pct)} %)`,
    },
    {
      label: "Only length known",
      head: terms.define("Only length known", { column: "recovery_distribution.proxy_tests" }),
      align: "right",
      cell: (row) => count(row.proxy_tests),
    },
    { label: "n", align: "right", cell: (row) => count(recoveriesOf(row)) },
  ];
}

function stripOf(row: Row, drawn: ReadonlyMap<string, Row>): Markup | undefined {
  const distribution = drawn.get(row.scenario_id ?? "");
  return (
    distribution &&
    strip(
      {
        percentiles: distribution.percentiles,
        longest: distribution.longest,
        dots: distribution.dots,
      },
      {
        ...strips,
        unit: 60,
        label: `${row.scenario_name}: median ${minutes(row.p50_recovery_seconds)} minutes, n = ${count(recoveriesOf(row))}`,
      },
    )
  );
}
