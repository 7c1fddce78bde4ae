import { count, counted, nothing } from "../../pages/format.ts";
import { type Content, html, type Markup } from "../../pages/html.ts";
import { section } from "../../pages/section.ts";
import { decidingRun } from "../collect/state-of.ts";
import type { ActionRun, Docs, DocsAction } from "../docs.ts";
import { durationBars, historyStrip } from "./run-marks.ts";
import { duration, historyText, outcomeOf, stateMark, when } from "./words.ts";

const shownRuns = 5;
const mostChecks = 60;
const mostRows = 5;

/** The checks of a model with their history, what is bad first. */
export function checksOf(action: DocsAction, root: string): Markup {
  const { checks } = action;
  const shown = checks.slice(0, mostChecks);
  const remark = checks.length > 0 ? "last runs, the newest last" : undefined;
  return section(
    "Checks",
    { id: "checks", ...(remark && { more: remark }) },
    checks.length === 0
      ? html`<p class="empty">No check reads it.</p>`
      : html`<ul class="lines">${shown.map(
          (check) =>
            html`<li><a href="${root}${check.page}">${check.rule ?? check.name}</a><span class="end">${historyStrip(check) ?? html`<small>no run known</small>`}</span>${
              (check.isGate || check.state === "failed" || check.state === "warning") &&
              html`<small>${check.state !== "successful" && check.state !== "unknown" && html`${stateMark(check.state)} `}${check.isGate && "gate"}</small>`
            }</li>`,
        )}</ul>${checks.length > shown.length && html`<p class="muted">and ${counted(checks.length - shown.length, "check")} more</p>`}`,
  );
}

/** The last runs of an action. */
export function lastRuns({ history, name }: DocsAction, { runs }: Docs, root: string): Markup {
  const pages = new Map(runs.map(({ id, page }) => [id, page]));
  return section(
    "Runs",
    { id: "runs", ...(history.length > 0 && { more: `the last ${history.length}` }) },
    history.length === 0
      ? html`<p class="empty">No run of it is known.</p>`
      : html`<p class="run-bars">${durationBars(history, `Runs of ${name}`)}</p>
<ul class="lines">${history.slice(0, shownRuns).map((run) => html`<li>${stateMark(outcomeOf(run))} ${momentOf(run, pages.get(run.runId), root)}<span class="end">${duration(run.seconds)}</span><small>${detailsOf(run)}</small></li>`)}</ul>`,
  );
}

function momentOf(run: ActionRun, page: string | undefined, root: string): Content {
  return page ? html`<a href="${root}${page}">${when(run.startedAt)}</a>` : when(run.startedAt);
}

function detailsOf({
  rows,
  replacement,
  queueSeconds,
  lockSeconds,
  failingRows,
}: ActionRun): string {
  const parts = [
    failingRows !== null && counted(failingRows, "failing row"),
    rows !== null && counted(rows, "row"),
    replacement,
    queueSeconds !== null && queueSeconds >= 0.1 && `waited ${duration(queueSeconds)} for a thread`,
    lockSeconds !== null && lockSeconds > 0 && `waited ${duration(lockSeconds)} for locks`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** What a check found the last time, with failing rows where samples were asked for. */
export function findingsOf(action: DocsAction, withSamples: boolean): Markup | null {
  const last = decidingRun(action.history);
  if (last === undefined) return null;
  const facts: [string, Content][] = [
    ["Verdict", stateMark(outcomeOf(last))],
    ["Failing rows", last.failingRows === null ? nothing : count(last.failingRows)],
    ["Failing since", last.failingSince && when(last.failingSince)],
    ["History", historyText(action)],
  ];
  return section(
    "Last check",
    {},
    html`<dl class="facts">${facts.filter(([, value]) => value).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${last.failingRows ? sampleOf(last, withSamples) : null}`,
  );
}

function sampleOf({ sample }: ActionRun, withSamples: boolean): Markup {
  if (!withSamples) {
    return html`<p class="muted">Failing rows are left out; <code>--with-samples</code> shows up to five.</p>`;
  }
  const shown = sample.slice(0, mostRows);
  return html`<pre class="sql" tabindex="0" aria-label="Failing rows"><code>${shown.map((row) => `${JSON.stringify(row)}\n`)}</code></pre>`;
}
