import { basename } from "node:path";
import type { Browser, Page } from "playwright-core";
import { axeFindings } from "../../support/axe-findings.ts";
import { openFile } from "../../support/browser.ts";
import { keepScreenshot } from "../../support/keep-screenshot.ts";

const widths = [1280, 400];
const schemes = ["light", "dark"] as const;

/**
 * Looks at one page as people read it: on a desk and on a phone, and in both colour schemes when asked.
 * Gives what is wrong: too many elements, a page wider than the window, what axe finds, and what the
 * console and the network say.
 */
export async function inspectPage(
  browser: Browser,
  path: string,
  inBothSchemes: boolean,
): Promise<string[]> {
  const { page, complaints } = await openFile(browser, path, { bypassCSP: true });
  const name = basename(path, ".html");
  const wrong = [...(await wrongSizes(page, name))];
  for (const width of inBothSchemes ? widths : [400]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of inBothSchemes ? schemes : (["dark"] as const)) {
      await page.emulateMedia({ colorScheme });
      const wasAsked = inBothSchemes && colorScheme === "dark";
      const found = await axeFindings(page, wasAsked ? "colours" : "all");
      wrong.push(...found.map((finding) => `${width} ${colorScheme}: ${finding}`));
    }
  }
  await page.close();
  return [...wrong, ...complaints].map((each) => `${name}: ${each}`);
}

async function wrongSizes(page: Page, name: string): Promise<string[]> {
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
  const title = await page.title();
  const wrong: string[] = [];
  if (nodes > 5_000) wrong.push(`has ${nodes} elements`);
  if (!title.includes("Resilience report")) wrong.push(`is called ${title}`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    const own = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (own !== width) wrong.push(`is ${own} wide in a window of ${width}`);
    await keepScreenshot(page, `report-${name}-${width}`);
  }
  return wrong;
}
