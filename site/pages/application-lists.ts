import { count, day, moment, nothing } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { table } from "../../runner/pages/table.ts";
import { scenarioName, shortHash, times, words } from "../html/format.ts";
import { applicationPage, rowsLink } from "../html/links.ts";
import { statusCell, verdictCell } from "../html/verdicts.ts";
import { number, type Row } from "../read/rows.ts";
import type { Report } from "../report.ts";
import type { Own } from "./application-facts.ts";
import { marginCell, recoveryCell } from "./register-columns.ts";

const shortList = 12;

/** The newest evidence of each scenario of an application. */
export function pairsSection(report: Report, app: Row): Markup {
  const rows = report.facts.data.rto_evidence_register.rows.filter(
    ({ app_id: id }) => id === app.app_id,
  );
  const shown = rows.slice(0, 100);
  return section(
    "Newest evidence",
    {
      remark: "The newest conclusive test of each kind of fault that is required or was tested.",
      more: html`<a href="register.html">register</a>`,
    },
    table({
      id: "evidence",
      caption: "Newest evidence",
      rows: shown,
      empty: "Nothing is required of this application, and nothing was tested.",
      columns: [
        {
          label: "Scenario",
          cell: (row) =>
            row.scenario_id === "0" ? "name not mapped" : (row.scenario_name ?? nothing),
        },
        { label: "Clock says", cell: (row) => verdictCell(row.rto_result) },
        {
          label: "Required every",
          align: "right",
          cell: (row) => (row.every_days ? `${row.every_days} d` : nothing),
        },
        {
          label: "Newest test",
          cell: (row) => ({
            text: row.test_date ? day(row.test_date) : "never",
            sub: row.coverage === "overdue" ? "overdue" : undefined,
            tone: row.coverage === "overdue" || row.test_date === null ? "bad" : undefined,
          }),
        },
        { label: "Recovery, min", align: "right", cell: recoveryCell },
        { label: "Margin, min", align: "right", cell: marginCell },
        {
          label: "Payload",
          cell: (row) => ({
            text: shortHash(row.payload_hash),
            code: true,
            href: row.raw_test_id ? rowsLink(row.app_id, { test: row.raw_test_id }) : undefined,
          }),
        },
      ],
    }),
  );
}

/** The open findings of an application, and how the closed ones ended. */
export function findingsOf(report: Report, app: Row): Markup {
  const rows = report.facts.data.findings.rows.filter(({ app_id: id }) => id === app.app_id);
  const open = rows.filter(({ closed_at: closed }) => closed === null);
  const days = rows
    .filter((row) => row.days_to_close !== null)
    .map((row) => number(row.days_to_close))
    .sort((a, b) => a - b);
  const median = days[Math.max(0, Math.ceil(days.length / 2) - 1)];
  const slowest = days.at(-1);
  const closed =
    median === undefined || slowest === undefined
      ? "none closed"
      : `${count(days.length)} closed in ${report.days} days, half of them within ${span(median)}, the slowest in ${span(slowest)}`;
  return section(
    "Findings",
    {
      remark: html`${count(open.length)} open · ${closed}`,
      more: rows.length > 0 && html`<a href="findings.html#app=${app.app_id}">all</a>`,
    },
    table({
      id: "findings",
      caption: "Open findings",
      rows: open.slice(0, shortList),
      empty: "No finding is open.",
      columns: [
        { label: "Scenario", cell: scenarioName },
        {
          label: "Opened",
          cell: (row) => ({
            text: day(row.opened_date),
            href: rowsLink(row.app_id, { test: row.opened_by_raw_test_id }),
          }),
        },
        {
          label: "State",
          cell: (row) => (row.state === "failed_again" ? "re-tested in vain" : "not re-tested"),
        },
        { label: "Bad tests in a row", align: "right", cell: (row) => count(row.bad_tests) },
        { label: "What went wrong first", cell: (row) => messageCell(report, row) },
      ],
    }),
  );
}

function span(days: number): string {
  return days < 1 ? `${times(days * 24)} hours` : `${times(days)} days`;
}

/** A message of a source, which is left out unless somebody asked for samples. */
export function messageCell(report: Report, row: Row) {
  if (!report.withSamples) return { text: "left out", tone: "muted" as const };
  const message = row.error_message ?? "";
  const text = message.length > 120 ? `${message.slice(0, 120)}…` : message;
  return { text: text || nothing, tone: "muted" as const };
}

/** The newest tests of an application that failed or breached. */
export function badTestsSection({ report, app, days, tests, link }: Own): Markup {
  const bad = tests.filter((row) => row.status === "failed" || row.rto_result === "breached");
  return section(
    "Failed or breached, newest first",
    {
      remark: report.withSamples
        ? undefined
        : html`Messages of the sources are left out; <code>--with-samples</code> shows them.`,
      more:
        bad.length > 0 &&
        html`<a href="failed.html#app=${app.app_id}&amp;from=${link({}).match(/from=([\d-]+)/)?.[1] ?? ""}">all ${count(bad.length)} of ${days} days</a>`,
    },
    table({
      id: "bad-tests",
      caption: "Failed or breached, newest first",
      rows: bad.slice(0, shortList),
      empty: "No test of these days failed or breached its objective.",
      columns: [
        { label: "Started, UTC", cell: (row) => ({ text: moment(row.start_time), tone: "ink" }) },
        { label: "Scenario", cell: (row) => row.scenario_name ?? nothing },
        { label: "Tool says", cell: (row) => statusCell(row.status) },
        { label: "Clock says", cell: (row) => verdictCell(row.rto_result) },
        { label: "Recovery, min", align: "right", cell: recoveryCell },
        { label: "Basis", cell: (row) => ({ text: words(row.recovery_basis), tone: "muted" }) },
        ...(report.withSamples
          ? [{ label: "Message", cell: (row: Row) => messageCell(report, row) }]
          : []),
        {
          label: "Payload",
          cell: (row) => ({
            text: shortHash(row.payload_hash),
            code: true,
            href: rowsLink(app.app_id, { test: row.raw_test_id }),
          }),
        },
      ],
    }),
  );
}

/** The page of an application that a row is about. */
export function applicationCell(row: Row) {
  return { text: row.app_name ?? nothing, href: `${applicationPage(row.app_id)}.html` };
}
