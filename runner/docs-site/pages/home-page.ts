import { figure } from "../../pages/figure.ts";
import { count, counted, nothing } from "../../pages/format.ts";
import { type Content, html, type Markup } from "../../pages/html.ts";
import type { PageFile } from "../../pages/long-table.ts";
import { section } from "../../pages/section.ts";
import { table } from "../../pages/table.ts";
import { decidingRun, statesInOrder } from "../collect/state-of.ts";
import { type ActionRun, type Docs, type DocsAction, isModel } from "../docs.ts";
import { groupBy } from "../group-by.ts";
import { durationBars } from "./run-marks.ts";
import { folderName, shell } from "./shell.ts";
import { brief } from "./tables.ts";
import { duration, size, stateCell, stateMark, when } from "./words.ts";

const mostFailing = 40;
const mostLargest = 8;

/** The page to begin with: how the project stands, what failed, its folders. */
export function homePage(docs: Docs): PageFile {
  const main = html`<h1>${docs.project}</h1>
<p class="answer">${answerOf(docs)}</p>
<p class="meta">${docs.origin}</p>
${notesOf(docs)}
<div class="figures">${figuresOf(docs)}</div>
${failingSection(docs)}
${foldersSection(docs)}
<div class="pair">${runsSection(docs)}${largestSection(docs)}</div>`;
  const text = shell(docs, { path: "index.html", chapter: "index", title: "Home", main });
  return { path: "index.html", text };
}

function answerOf({ actions, runs: [newest], errors }: Docs): Content {
  if (actions.length === 0) return "The project has no action yet.";
  if (errors.length > 0) return `${counted(errors.length, "error")}: the project does not compile.`;
  const bad = actions.filter(({ state }) => state === "failed").length;
  if (newest === undefined) return "What the project is made of. No run of it is known here.";
  if (bad > 0) {
    return html`<strong class="bad">${counted(bad, "action")} failed</strong> the last time that ${bad === 1 ? "it" : "they"} ran; the newest run began on ${when(newest.startedAt)} (UTC).`;
  }
  return html`The newest run, of ${when(newest.startedAt)} (UTC), was ${stateMark(newest.status)}, and nothing stands failed.`;
}

function notesOf({ errors, missing }: Docs): Content {
  return html`${
    errors.length > 0 &&
    html`<div class="note failed"><strong>What does not compile</strong><ul>${errors.slice(0, 20).map(({ place, message }) => html`<li>${place && html`<code>${place}</code>: `}${message}</li>`)}${errors.length > 20 && html`<li>and ${errors.length - 20} more</li>`}</ul></div>`
  }${missing.map((text) => html`<div class="note">${text}</div>`)}`;
}

function figuresOf({ actions, runs }: Docs): Content {
  const models = actions.filter(isModel);
  const checks = actions.filter((action) => !isModel(action));
  const columns = models.flatMap((model) => model.columns);
  const described = columns.filter(({ description }) => description !== "").length;
  const failing = actions.filter(({ state }) => state === "failed" || state === "warning").length;
  const unchecked = models.filter((model) => model.checks.length === 0).length;
  const kinds = [...groupBy(models, ({ kind }) => kind)];
  const [newest] = runs;
  return html`${[
    figure({
      ...{ name: "Models", value: count(models.length), href: "models.html", data: "models" },
      lines: [kinds.map(([kind, all]) => `${all.length} ${kind}`).join(", ")],
    }),
    figure({
      ...{ name: "Checks", value: count(checks.length), href: "checks.html", data: "checks" },
      lines: [
        `${counted(checks.filter(({ isGate }) => isGate).length, "gate")}`,
        unchecked > 0 && `${counted(unchecked, "model")} without a check`,
      ],
    }),
    figure({
      ...{ name: "Columns described", data: "described", href: "columns.html" },
      value: columns.length === 0 ? nothing : `${Math.floor((100 * described) / columns.length)} %`,
      lines: [`${count(described)} of ${count(columns.length)} known columns`],
    }),
    figure({
      ...{ name: "Failing or warning", value: count(failing), data: "failing" },
      ...(failing > 0 && { href: "#failing" }),
      lines: [newest ? "by the last run of each" : "no run is known"],
    }),
    figure({
      ...{ name: "Newest run", value: duration(newest?.seconds), data: "run" },
      ...(newest?.page && { href: newest.page }),
      lines: [newest && html`${stateMark(newest.status)}, ${counted(newest.planned, "action")}`],
      chart: durationBars(runs.slice(0, 10), "The last runs"),
    }),
  ]}`;
}

function failingSection({ actions }: Docs): Markup | null {
  const bad = actions
    .filter(({ state }) => state === "failed" || state === "warning")
    .sort((one, other) => statesInOrder.indexOf(one.state) - statesInOrder.indexOf(other.state));
  if (bad.length === 0) return null;
  return section(
    "Failing now",
    {
      id: "failing",
      ...(bad.length > mostFailing && { more: `the first ${mostFailing} of ${bad.length}` }),
    },
    table({
      ...{ id: "failing-now", caption: "Failing now", rows: bad.slice(0, mostFailing), empty: "" },
      columns: [
        {
          label: "Action",
          cell: ({ name, page, rule, kind }) => ({
            ...{ text: rule ?? name, href: page },
            sub: kind === "assertion" ? `check ${name}` : kind,
          }),
        },
        { label: "State", cell: ({ state }) => stateCell(state) },
        {
          label: "What",
          cell: ({ history }) => findingOf(decidingRun(history)),
        },
        {
          label: "Since (UTC)",
          cell: ({ history }) => sinceOf(decidingRun(history)),
        },
      ],
    }),
  );
}

function findingOf(run: ActionRun | undefined): string {
  return run?.message ?? (run?.failingRows ? counted(run.failingRows, "failing row") : nothing);
}

function sinceOf(run: ActionRun | undefined): string {
  return when(run?.failingSince ?? run?.startedAt);
}

function foldersSection({ actions }: Docs): Markup | null {
  const folders = [...groupBy(actions.filter(isModel), ({ folder }) => folder)];
  if (folders.length === 0) return null;
  return section(
    "Folders",
    {},
    table({
      ...{ id: "folders", caption: "Folders", rows: folders.slice(0, 200), empty: "" },
      columns: [
        {
          label: "Folder",
          cell: ([folder]) => ({
            text: folderName(folder),
            href: `models.html#folder=${encodeURIComponent(folder)}`,
          }),
        },
        { label: "Models", align: "right", cell: ([, models]) => count(models.length) },
        {
          label: "Checks",
          align: "right",
          cell: ([, models]) => count(new Set(models.flatMap(({ checks }) => checks)).size),
        },
        { label: "Columns described", align: "right", cell: ([, models]) => describedOf(models) },
        { label: "State", cell: ([, models]) => stateCell(worstOf(models)) },
        {
          label: "Size",
          align: "right",
          cell: ([, models]) => size(sizeOf(models)),
        },
      ],
    }),
  );
}

function describedOf(models: readonly DocsAction[]): string {
  const columns = models.flatMap((model) => model.columns);
  const described = columns.filter(({ description }) => description !== "").length;
  return columns.length === 0 ? nothing : `${count(described)} of ${count(columns.length)}`;
}

function worstOf(models: readonly DocsAction[]): string {
  const states = new Set(
    models.flatMap(({ state, checks }) => [state, ...checks.map((each) => each.state)]),
  );
  return statesInOrder.find((state) => states.has(state)) ?? "unknown";
}

function sizeOf(models: readonly DocsAction[]): number | undefined {
  const sizes = models.flatMap(({ relation }) => relation?.bytes ?? []);
  return sizes.length === 0 ? undefined : sizes.reduce((sum, bytes) => sum + bytes, 0);
}

function runsSection({ runs }: Docs): Markup {
  return section(
    "Runs",
    { more: html`<a href="runs.html">All runs</a>` },
    runs.length === 0
      ? html`<p class="empty">No run is known.</p>`
      : html`<ul class="lines">${runs.slice(0, 6).map(({ page, startedAt, status, seconds, failed }) => html`<li>${page ? html`<a href="${page}">${when(startedAt)}</a>` : when(startedAt)} ${stateMark(status)}${failed > 0 && html` <span class="muted">${count(failed)} failed</span>`}<span class="end">${duration(seconds)}</span></li>`)}</ul>`,
  );
}

function largestSection({ actions }: Docs): Markup {
  const largest = actions
    .filter(({ relation }) => (relation?.bytes ?? 0) > 0)
    .sort((one, other) => (other.relation?.bytes ?? 0) - (one.relation?.bytes ?? 0))
    .slice(0, mostLargest);
  return section(
    "Largest tables",
    { more: html`<a href="models.html">All models</a>` },
    largest.length === 0
      ? html`<p class="empty">No table was read.</p>`
      : html`<ul class="lines">${largest.map(({ name, page, relation, description }) => html`<li><a href="${page}"><code>${name}</code></a><span class="end">${size(relation?.bytes)}</span><small>${brief(description)}</small></li>`)}</ul>`,
  );
}
