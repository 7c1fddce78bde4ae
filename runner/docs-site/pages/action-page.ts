import { count, counted } from "../../pages/format.ts";
import { type Content, html, type Markup } from "../../pages/html.ts";
import type { PageFile } from "../../pages/long-table.ts";
import { section } from "../../pages/section.ts";
import { decidingRun } from "../collect/state-of.ts";
import { type Docs, type DocsAction, isModel } from "../docs.ts";
import { checksOf, findingsOf, lastRuns } from "./action-runs.ts";
import { columnsSection } from "./columns-section.ts";
import { databaseSection } from "./database-section.ts";
import { lineageDrawing } from "./lineage-drawing.ts";
import { folderName, rootOf, shell } from "./shell.ts";
import { sqlSection } from "./sql-section.ts";
import { duration, stateMark, when } from "./words.ts";

/** Links of a list before it says how many more there are. */
const mostLinks = 60;

/** Reasons why something is not known. */
const mostReasons = 5;

/** The page of an action. */
export function actionPage(
  docs: Docs,
  action: DocsAction,
  keywords: ReadonlySet<string>,
): PageFile {
  const root = rootOf(action.page);
  const isCheck = !isModel(action);
  const main = html`<p class="back"><a href="${root}index.html">${docs.project}</a> / <a href="${root}${isCheck ? "checks" : "models"}.html#folder=${encodeURIComponent(action.folder)}">${folderName(action.folder)}</a></p>
<h1><code>${action.name}</code></h1>
${descriptionOf(action)}
${factsOf(action)}
${notes(docs, action)}
${isCheck ? checkedSection(action, root) : lineageSection(action, root)}
${columnsSection(action, root)}
${isCheck ? html`${findingsOf(action, docs.withSamples)}${lastRuns(action, docs, root)}` : html`<div class="pair">${checksOf(action, root)}${lastRuns(action, docs, root)}</div>`}
${databaseSection(action, docs)}
${sqlSection(action, keywords)}`;
  const chapter = isCheck ? "checks" : "models";
  const text = shell(docs, {
    ...{ path: action.page, chapter, title: action.name, main, current: action },
  });
  return { path: action.page, text };
}

function descriptionOf({ description, rule, kind }: DocsAction): Markup {
  if (description === "") {
    const words = kind === "assertion" && rule ? rule : "It has no description.";
    return html`<p class="${rule ? "answer" : "answer muted"}">${words}</p>`;
  }
  const [first = "", ...others] = description.split(/\n{2,}/);
  return html`<p class="answer">${first}</p>${others.map((text) => html`<p>${text}</p>`)}`;
}

function factsOf(action: DocsAction): Markup {
  const { kind, tags, fileName, history, state, parents, children, target } = action;
  const last = decidingRun(history);
  const facts: [string, Content][] = [
    ["Kind", kind],
    ["Schema", target.schema],
    ["Tags", tags.length > 0 && html`${tags.map((tag) => html`<span class="tag">${tag}</span>`)}`],
    ["File", fileName && html`<code>${fileName}</code>`],
    [
      last === history[0] ? "Last run" : "Last run that ended",
      last
        ? html`${stateMark(state)} <span class="muted">${when(last.startedAt)}, ${duration(last.seconds)}</span>`
        : stateMark(state),
    ],
    ["Needs", kind !== "assertion" && count(parents.length)],
    ["Used by", kind !== "assertion" && count(children.length)],
  ];
  return html`<dl class="facts">${facts
    .filter(([, value]) => value !== false && value !== "" && value !== undefined)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function notes({ errors, hasDatabase, withSamples: _ }: Docs, action: DocsAction): Content {
  const own = errors.filter(({ place }) => place !== "" && place === action.fileName);
  const [last] = action.history;
  const isMade = isModel(action) && (action.kind !== "operation" || makesRelation(action));
  return html`${own.map(({ message }) => html`<div class="note failed"><strong>It does not compile:</strong> ${message}</div>`)}${
    action.isDisabled && html`<div class="note"><strong>Disabled:</strong> runs leave it out.</div>`
  }${
    last?.message &&
    last.status !== "successful" &&
    html`<div class="note failed"><strong>The last run ${last.status === "failed" ? "failed" : `was ${last.status}`}</strong> on ${when(last.startedAt)}: ${last.message}</div>`
  }${hasDatabase && isMade && !action.isDisabled && action.relation === undefined && html`<div class="note"><strong>Not in the database:</strong> ${action.kind === "declaration" ? "others make it." : "a run builds it."}</div>`}`;
}

function makesRelation({ entry }: DocsAction): boolean {
  return entry.type === "operation" && (entry.action.hasOutput ?? false);
}

function lineageSection(action: DocsAction, root: string): Markup {
  const { parents, children } = action;
  const more = html`<span class="selected-column" hidden>Selected column: <strong></strong>. </span><a href="${root}lineage.html#select=${action.page.slice("models/".length, -".html".length)}">Whole graph</a> · ${parents.length} up, ${children.length} down`;
  return section(
    "Lineage",
    { more, id: "lineage" },
    html`${lineageDrawing(action, root) ?? html`<p class="empty">It reads no model, and none reads it.</p>`}
${names("Needs", parents, root)}${names("Used by", children, root)}${unknownOf(action)}`,
  );
}

/** Why what it reads and writes may not be complete; of a source others know. */
function unknownOf({ lineage, kind }: DocsAction): Content {
  const reasons = kind === "declaration" ? [] : (lineage?.unknown ?? []);
  if (reasons.length === 0) return null;
  const left = reasons.length - mostReasons;
  return html`<p class="muted">Not known: ${reasons.slice(0, mostReasons).join("; ")}${left > 0 && ` and ${left} more`}.</p>`;
}

function names(title: string, actions: readonly DocsAction[], root: string): Content {
  if (actions.length === 0) return null;
  const shown = actions.slice(0, mostLinks);
  const left = actions.length - shown.length;
  return html`<p class="names"><strong>${title}</strong> ${shown.map(
    ({ name, page }, index) =>
      html`${index > 0 && ", "}<a href="${root}${page}"><code>${name}</code></a>`,
  )}${left > 0 && ` and ${counted(left, "other")}`}</p>`;
}

function checkedSection({ checked, isGate, rule, name }: DocsAction, root: string): Markup {
  return section(
    "What it checks",
    { id: "lineage" },
    html`${names("Of", checked, root)}${checked.length === 0 && html`<p class="empty">No model of the project.</p>`}
${rule && rule !== name && html`<p><strong>Rule</strong> <code>${rule}</code></p>`}
<p class="muted">${isGate ? "It is a gate: rows that break it are not published." : "Rows that break it are reported; it holds no rows back."}</p>`,
  );
}
