import { count } from "../../runner/pages/format.ts";
import { type Content, html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { applicationPage, rowsLink } from "../html/links.ts";
import { verdictCell } from "../html/verdicts.ts";
import { groupBy, type Row, sum } from "../read/rows.ts";
import type { Report } from "../report.ts";

/** A matrix of more cells than these tells nothing that a list does not tell better. */
const mostApplications = 15;
const mostScenarios = 12;

/** What was tested, how long ago, and how the newest test of each pair ended. */
export function coverageSection(report: Report): Markup {
  const { coverage_matrix: coverage, rto_evidence_register: register } = report.facts.data;
  const byApplication = groupBy(coverage.rows, "app_id");
  const applications = most([...byApplication.values()], mostApplications, gaps);
  const scenarios = most([...groupBy(coverage.rows, "scenario_id").values()], mostScenarios, gaps);
  const verdict = new Map(register.rows.map((row) => [`${row.app_id} ${row.scenario_id}`, row]));
  const left = byApplication.size - applications.length;
  const title = "What was tested, and how the newest test ended";
  if (coverage.rows.length === 0) {
    return section(title, {}, html`<p class="empty">No test is required, and none was made.</p>`);
  }
  return section(
    title,
    {
      remark: html`Days since the newest conclusive test; ${[
        "met",
        "breached",
        "undetermined",
        "never_tested",
      ].map((result, index) => {
        const { glyph, text } = verdictCell(result);
        return html`${index > 0 && ", "}${glyph} ${text}`;
      })}. A frame marks what is overdue. Empty: not required, not tested.${
        left > 0 &&
        html` The ${mostApplications} applications with the most gaps; <a href="coverage.html">all ${count(byApplication.size)}</a>.`
      }`,
    },
    html`<div class="scroll" tabindex="0" role="region" aria-label="Coverage: applications and scenarios"><table class="matrix"><thead><tr><th scope="col">Application</th>${scenarios.map(
      ([first]) => html`<th scope="col" class="num">${first?.scenario_name}</th>`,
    )}</tr></thead><tbody>${applications.map((rows) => matrixRow(rows, scenarios, verdict))}</tbody></table></div>`,
  );
}

function gaps(rows: readonly Row[]): number {
  const missing = rows.filter(
    ({ coverage }) => coverage === "never_tested" || coverage === "overdue",
  );
  return missing.length * 1e9 + sum(rows, "total_tests");
}

/** At most so many of the groups, those with the highest weight, in their own order. */
function most(groups: Row[][], limit: number, weight: (rows: readonly Row[]) => number): Row[][] {
  if (groups.length <= limit) return groups;
  const heaviest = groups
    .map((group) => ({ group, heavy: weight(group) }))
    .sort((one, other) => other.heavy - one.heavy)
    .slice(0, limit)
    .map(({ group }) => group);
  const kept = new Set(heaviest);
  return groups.filter((group) => kept.has(group));
}

function matrixRow(
  rows: readonly Row[],
  scenarios: readonly Row[][],
  verdict: ReadonlyMap<string, Row>,
): Markup {
  const [first] = rows;
  const pairs = new Map(rows.map((row) => [row.scenario_id, row]));
  return html`<tr><th scope="row"><a href="${applicationPage(first?.app_id)}.html">${first?.app_name}</a></th>${scenarios.map(
    ([scenario]) => {
      const pair = pairs.get(scenario?.scenario_id ?? null);
      return html`<td class="num">${pair && pairContent(pair, verdict.get(`${pair.app_id} ${pair.scenario_id}`))}</td>`;
    },
  )}</tr>
`;
}

function pairContent(pair: Row, evidence: Row | undefined): Content {
  const { glyph, text, tone } = verdictCell(evidence?.rto_result ?? "never_tested");
  const isDue = pair.coverage === "overdue" || pair.coverage === "never_tested";
  const age = pair.last_test_date === null ? "never" : `${count(pair.days_since_last_test)} d`;
  const sign = html`<span class="${tone}"><span class="glyph" aria-hidden="true">${glyph}</span></span>`;
  const words = `${age === "never" ? "" : text}${pair.coverage === "overdue" ? ", overdue" : ""}`;
  const content = html`<span${isDue && html` class="due"`}>${age} ${sign}<span class="unseen"> ${words}</span></span>`;
  return evidence?.raw_test_id
    ? html`<a href="${rowsLink(pair.app_id, { test: evidence.raw_test_id })}">${content}</a>`
    : content;
}
