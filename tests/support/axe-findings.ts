import axe from "axe-core";
import type { Page } from "playwright-core";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Rows of a table are alike, and axe takes seconds for a hundred of them.
const keepFirstRows = `document.querySelectorAll("tbody tr:nth-child(n + 12)").forEach((row) => row.remove())`;

interface Violation {
  id: string;
  nodes: { html: string }[];
}

/** What axe finds on a page: rule and the first elements that break it. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  await page.evaluate(keepFirstRows);
  // as text: the types of a browser are not those of the tests
  const options = JSON.stringify({ preload: false, runOnly: rules });
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(document, ${options})`,
  );
  return violations.map(({ id, nodes }) => {
    const first = nodes.slice(0, 3).map(({ html }) => html.slice(0, 200));
    return `${id}: ${first.join(" | ")}`;
  });
}
