import { documentOf } from "../../runner/pages/document.ts";
import { counted, day } from "../../runner/pages/format.ts";
import { type Content, html, type Markup } from "../../runner/pages/html.ts";
import { type Report, staleness } from "../report.ts";
import { pageName } from "./links.ts";
import { asOfFile, type Terms } from "./terms.ts";

/** The pages of the bar at the top; detail pages belong to one of them. */
const chapters = [
  ["index", "Overview"],
  ["applications", "Applications"],
  ["register", "Evidence register"],
  ["coverage", "Coverage"],
  ["recovery", "Recovery"],
  ["passed-but-breached", "Passed, breached"],
  ["failed", "Failed"],
  ["findings", "Findings"],
  ["trends", "Trends"],
  ["quality", "Data quality"],
  ["lineage", "Lineage"],
  ["definitions", "Definitions"],
] as const;

/** The name of a page of the bar at the top. */
export type Chapter = (typeof chapters)[number][0];

/** What a page says besides what every page says. */
export interface PageParts {
  chapter: Chapter;
  title: string;
  /** Before the title: the way back. */
  back?: Content;
  /** The sentence that answers the question of the title. */
  answer: Content;
  /** What the numbers are of: days, view, n. */
  meta: Content;
  /** A name without its window, and the window, where there is a page for each. */
  window?: { name: string; days: number } | undefined;
  main: Content;
  foot?: Content;
  terms: Terms;
}

/** The whole text of a page. */
export function page(report: Report, parts: PageParts): string {
  const { title, back, answer, meta, window, main, foot, terms } = parts;
  return documentOf({
    title,
    name: "Resilience report",
    style: "assets/report.css",
    script: "assets/report.js",
    bar: html`<header class="top"><div class="top-in"><strong>Resilience report</strong>
<nav aria-label="Pages"><ul>${chapters.map(([name, label]) => barItem(name, label, parts))}</ul></nav></div></header>`,
    main: html`${back && html`<p class="back">${back}</p>`}<div class="opening"><div><h1>${title}</h1>
<p class="answer">${answer}</p>
<p class="meta">${meta}</p></div>${window && windowSwitch(report, window)}</div>
${notes(report)}
${main}
<footer>${foot}<p>A verdict says how one test ended against one objective. It makes nobody compliant with a regulation, and a pass rate is no availability. <a href="definitions.html">Definitions</a> · <a href="data/report.json">all rows as JSON</a> · <a href="weekly.md">the week as Markdown</a></p></footer>`,
    after: terms.popovers(),
  });
}

function barItem(name: Chapter, label: string, { chapter, window }: PageParts): Markup {
  const isHere = name === chapter;
  const isPage = isHere && (window === undefined || window.name === name);
  const current = isPage ? "page" : "true";
  return html`<li><a href="${name}.html"${isHere && html` aria-current="${current}"`}>${label}</a></li>`;
}

function windowSwitch(report: Report, { name, days }: { name: string; days: number }): Markup {
  return html`<nav class="windows" aria-label="Length of the window">${report
    .windowsOf(name)
    .map(
      (other) =>
        html`<a href="${pageName(name, other, report.days)}"${
          other === days && html` aria-current="page"`
        }>${other} days</a>`,
    )}</nav>`;
}

/** What a reader has to know before any number: what is made up, old, failed or not there. */
function notes(report: Report): Content {
  const { synthetic, total, failedRun, missing, onlyApplication, facts } = report;
  const stale = staleness(report);
  return html`${
    facts.asOfSql &&
    html`<div class="note"><strong>As of ${day(facts.today)}</strong>, later tests left out. SQL that reads <code>pg_temp</code> gives these numbers where <a href="${asOfFile}">${asOfFile}</a> was run before, in the same session; the warehouse's own views are as of another day.</div>`
  }${
    synthetic > 0 &&
    html`<div class="note"><strong>${syntheticText(synthetic, total)}</strong> by the generator. ${
      synthetic === total
        ? "Nothing here is evidence of a real system."
        : "What rests on them is no evidence."
    }</div>`
  }${
    stale &&
    html`<div class="note"><strong>The newest test is ${counted(stale.age, "day")} old</strong>, of ${day(stale.last)}. Every window ends with it; nothing here says how the applications are today.</div>`
  }${
    failedRun &&
    html`<div class="note failed"><p><strong>The newest run ${failedRun.status === "failed" ? "failed" : `was ${failedRun.status.replace("_", " ")}`}</strong> on ${day(new Date(failedRun.endedAtMillis).toISOString())}. These are the last good numbers.</p>
<ul>${failedRun.failures.slice(0, 5).map(({ name, message }) => html`<li><code>${name}</code>${message && html`: ${message}`}</li>`)}${
      failedRun.failures.length > 5 &&
      html`<li>and ${failedRun.failures.length - 5} more in target/run_results.json</li>`
    }</ul></div>`
  }${missing.length > 0 && html`<div class="note"><strong>Not built yet:</strong> ${missing.join(", ")}. A run of the project builds them; until then their part of the report is empty.</div>`}${
    onlyApplication &&
    html`<div class="note"><strong>Only ${onlyApplication}.</strong> Numbers by kind of fault and by source are of all applications.</div>`
  }`;
}

function syntheticText(synthetic: number, total: number): string {
  if (synthetic === total)
    return total === 1 ? "The only test is made up" : `All ${counted(total, "test")} are made up`;
  return `${counted(synthetic, "test")} of ${counted(total, "test")} are made up`;
}
