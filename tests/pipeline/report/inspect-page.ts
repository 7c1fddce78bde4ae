import { basename } from "node:path";
import type { Browser, Page } from "playwright-core";
import { axeFindings } from "../../support/axe-findings.ts";
import { openFile } from "../../support/browser.ts";
import { keepScreenshot } from "../../support/keep-screenshot.ts";

const widths = [1280, 400];
const schemes = ["light", "dark"] as const;

/**
 * Looks at pages, one after the other in one tab, as people read them: on a desk and on a phone, and in
 * both colour schemes where `isChief` says so. Gives what is wrong: too many elements, a page wider than
 * the window, what axe finds, and what the console and the network say.
 */
export async function inspectPages(
  browser: Browser,
  paths: readonly string[],
  isChief: (name: string) => boolean,
): Promise<string[]> {
  const { page, complaints } = await openFile(browser, paths[0] ?? "", { bypassCSP: true });
  const wrong: string[] = [];
  for (const path of paths) {
    const name = basename(path, ".html");
    if (path !== paths[0]) await page.goto(`file://${path}`);
    const found = [
      ...(await wrongSizes(page, name)),
      ...(await inaccessible(page, isChief(name))),
      ...complaints.splice(0),
    ];
    wrong.push(...found.map((each) => `${name}: ${each}`));
  }
  await page.close();
  return wrong;
}

async function inaccessible(page: Page, inBothSchemes: boolean): Promise<string[]> {
  const wrong: string[] = [];
  for (const width of inBothSchemes ? widths : [400]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of inBothSchemes ? schemes : (["dark"] as const)) {
      await page.emulateMedia({ colorScheme });
      const wasAsked = inBothSchemes && colorScheme === "dark";
      const found = await axeFindings(page, wasAsked ? "colours" : "all");
      wrong.push(...found.map((finding) => `${width} ${colorScheme}: ${finding}`));
    }
  }
  return wrong;
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
