import { count, day } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import { type Column, type Facet, headOf, tableRow, tableTools } from "../../runner/pages/table.ts";
import { applicationPage } from "../html/links.ts";
import { longTable } from "../html/long-table.ts";
import { page } from "../html/page.ts";
import { createTerms, sqlBlock } from "../html/terms.ts";
import { groupBy, type Row } from "../read/rows.ts";
import type { Report } from "../report.ts";
import { registerColumns } from "./register-columns.ts";

/** Pairs that are shown in groups by application; more of them are one list. */
const mostGrouped = 200;

const order = ["never_tested", "breached", "missing_objective", "undetermined", "met"];

function rank(row: Row): number {
  return order.indexOf(row.rto_result ?? "") - (row.is_required === "t" ? 10 : 0);
}

function facetsOf(row: Row): Record<string, string> {
  return { verdict: row.rto_result ?? "", required: row.is_required === "t" ? "yes" : "no" };
}

const facets: Facet[] = [
  {
    key: "verdict",
    label: "Verdict",
    values: [
      { value: "met", label: "met" },
      { value: "breached", label: "breached" },
      { value: "undetermined", label: "undetermined" },
      { value: "missing_objective", label: "no objective" },
      { value: "never_tested", label: "never tested" },
    ],
  },
  {
    key: "required",
    label: "Required",
    values: [
      { value: "yes", label: "required only" },
      { value: "no", label: "not required" },
    ],
  },
];

/** The evidence register: the newest evidence of each pair, for an auditor to check and print. */
export function registerPage(report: Report): PageFile[] {
  const rows = report.facts.data.rto_evidence_register.rows;
  const terms = createTerms(report.facts.comments);
  const isGrouped = rows.length <= mostGrouped;
  const columns = registerColumns(terms, isGrouped);
  const list = isGrouped ? undefined : longRegister(rows, columns);
  const example = rows.find(({ payload_hash: hash }) => hash !== null);
  const text = page(report, {
    chapter: "register",
    title: "Evidence register",
    answer: html`For each application and kind of fault that is required or was tested: the newest conclusive test, the objective that was valid on its day, and the verdict. ${tally(rows)}`,
    meta: `As of ${day(report.facts.today)} · days in ${report.facts.timeZone} · view rto_evidence_register · ${report.origin}`,
    main: html`${list?.markup ?? groupedRegister(rows, columns)}
<section><h2>How to check a row</h2>
<p>The hash was taken by the loader from what the source sent. The payload lies in bronze, which refuses every change; this takes the hash again:</p>
${sqlBlock(`select raw_test_id, payload_hash, raw_payload_hash, is_payload_unchanged, raw_payload
from resiliency.metric_lineage where raw_test_id = ${example?.raw_test_id ?? "…"}`)}</section>`,
    terms,
  });
  return [{ path: "register.html", text }, ...(list?.files ?? [])];
}

function tally(rows: readonly Row[]): Markup {
  const required = rows.filter(({ is_required: is }) => is === "t");
  const of = (verdict: string) =>
    required.filter(({ rto_result: result }) => result === verdict).length;
  const bad = (number: number, words: string) =>
    number > 0
      ? html`<strong class="bad">${count(number)} ${words}</strong>`
      : `${count(number)} ${words}`;
  return html`Of ${count(required.length)} required pairs <strong>${count(of("met"))} met</strong>, ${bad(of("breached"), "breached")}, ${count(of("undetermined") + of("missing_objective"))} undetermined, ${bad(of("never_tested"), "never tested")}.`;
}

const search = "application, scenario, run, hash";
const empty = "No test is required yet, and none was made.";

function groupedRegister(rows: readonly Row[], columns: Column<Row>[]): Markup {
  if (rows.length === 0) return html`<p class="empty" id="register">${empty}</p>`;
  return html`${tableTools("register", {
    facets,
    search,
    files: [
      { href: "data/rto_evidence_register.csv", label: "CSV" },
      { href: "data/report.json", label: "JSON" },
    ],
  })}
<table class="cards" id="register" role="table" aria-label="Evidence register">
<thead role="rowgroup"><tr role="row">${columns.map(headOf)}</tr></thead>
${[...groupBy(rows, "app_id").values()].map((group) => groupBody(group, columns))}</table>`;
}

function groupBody(rows: readonly Row[], columns: Column<Row>[]): Markup {
  const [first] = rows;
  const about = [first?.is_critical === "t" && "critical", first?.owner_team]
    .filter(Boolean)
    .join(" · ");
  return html`<tbody role="rowgroup"><tr class="group" role="row"><th scope="rowgroup" role="rowheader" colspan="${columns.length}"><a href="${applicationPage(first?.app_id)}.html"><strong>${first?.app_name}</strong></a> <span class="muted">${about}</span></th></tr>
${rows.map((row) => tableRow(columns, row, facetsOf(row)))}</tbody>
`;
}

/** More pairs than a page can group: one list, what is required and bad first. */
function longRegister(rows: readonly Row[], columns: Column<Row>[]) {
  return longTable({
    id: "register",
    caption: "Evidence register",
    columns,
    rows: [...rows].sort((one, other) => rank(one) - rank(other)),
    facets,
    facetsOf,
    empty,
    search,
    csv: "rto_evidence_register",
  });
}
