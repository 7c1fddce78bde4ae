import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// The rules whose findings another colour scheme can change.
const ofColours = ["color-contrast", "link-in-text-block"];

// Rows of a table are alike, and axe takes seconds for a hundred of them.
const keepFirstRows = `document.querySelectorAll("tbody tr:nth-child(n + 4)").forEach((row) => row.remove())`;

// Half as long to read for a browser as the one that is not minified.
const require = createRequire(import.meta.url);
const source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  nodes: { html: string }[];
}

/**
 * The findings of axe on a page: each rule with the first elements that break it. With `colours` only
 * the rules are checked whose result depends on the colour scheme; use it for a page that has been
 * checked with all rules before.
 */
export async function axeFindings(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
  if (!(await page.evaluate<boolean>("typeof axe === 'object'"))) {
    await page.evaluate(source);
    await page.evaluate(keepFirstRows);
  }
  const runOnly =
    rules === "all" ? { type: "tag", values: tags } : { type: "rule", values: ofColours };
  // as text: the types of a browser are not those of the tests
  const options = JSON.stringify({ preload: false, resultTypes: ["violations"], runOnly });
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, ${options})`,
  );
  return violations.map(({ id, nodes }) => {
    const first = nodes.slice(0, 3).map(({ html }) => html.slice(0, 200));
    return `${id}: ${first.join(" | ")}`;
  });
}
