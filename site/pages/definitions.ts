import { readFileSync } from "node:fs";
import { join } from "node:path";
import { html } from "../../runner/pages/html.ts";
import type { PageFile } from "../../runner/pages/long-table.ts";
import { markdown } from "../html/markdown.ts";
import { page } from "../html/page.ts";
import { createTerms } from "../html/terms.ts";
import type { Report } from "../report.ts";
import { repository } from "../repository.ts";

const source = join(repository, "docs", "metrics.md");

/** The definitions of all metrics: docs/metrics.md of this repository as a page. */
export function definitionsPage(report: Report): PageFile[] {
  const [, ...content] = readFileSync(source, "utf8").split("\n");
  const text = page(report, {
    chapter: "definitions",
    title: "What does each number mean?",
    answer:
      "The question that each number answers, its formula, and what it must not be taken for.",
    meta: `docs/metrics.md of the repository · ${report.origin}`,
    main: html`<div class="prose">${markdown(content.join("\n"))}</div>`,
    terms: createTerms(report.facts.comments),
  });
  return [{ path: "definitions.html", text }];
}
