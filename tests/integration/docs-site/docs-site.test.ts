import { statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { axeFindings } from "../../support/axe-findings.ts";
import { brokenLinks } from "../../support/broken-links.ts";
import { chromiumPath, launchBrowser, openFile } from "../../support/browser.ts";
import { type DocsFolder, docsOf, withoutCode } from "../../support/docs-folder.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { shopFiles } from "./shop-files.ts";

const [server] = anyServer();
if (server === undefined) throw new Error("there is no server");

const script = "<script>document.title='pwned'</script>";

describe("the pages of a project", () => {
  let opened: Promise<Browser> | undefined;
  const openBrowser = () => {
    opened ??= launchBrowser();
    return opened;
  };
  afterAll(async () => await (await opened)?.close());

  it.skipIf(chromiumPath === undefined)(
    "open from a disk, tell what ran, and are found, filtered and walked through by keyboard",
    async () => {
      const { database } = await runInDatabase(server);
      const project = temporaryProject(shopFiles);
      for (let run = 0; run < 2; run++) {
        await runProject({ projectDir: project.folder, database, history: {} });
      }
      const docs = await docsOf(project.folder, { database });

      expect(brokenLinks(docs)).toEqual([]);
      expect(gzipSync(docs.read("assets/docs.js")).length).toBeLessThan(40 * 1024);
      for (const name of docs.pages()) {
        const text = docs.read(name);
        expect(text.match(/<script[^>]*>/g), name).toHaveLength(1);
        expect(text, name).not.toMatch(/<[^>]*\s(on\w+|style)="|<img|(href|src)="javascript:/);
        expect(withoutCode(text), name).not.toMatch(/NaN|[">](undefined|null)\b/);
        expect(text.includes("hunter2"), name).toBe(false);
        expect(statSync(docs.path(name)).size, name).toBeLessThan(150 * 1024);
      }
      const orders = docs.read("models/shop.orders.html");
      expect(orders).toMatch(/Rows, about|Size/);
      expect(orders).toContain("numeric(10,2)");
      expect(orders).toContain("CREATE INDEX");
      expect(orders).toContain("gate");
      const totals = docs.read("models/shop.totals.html");
      expect(totals).toMatch(
        /<a href="\.\.\/models\/shop\.orders\.html#column-\d+">orders\.amount<\/a>/,
      );
      const failing = docs.read("checks.html");
      expect(failing).toContain("failed");
      const run = docs.read("runs/run-1.html");
      expect(run).toContain("Critical path");
      expect(run.indexOf("customers")).toBeLessThan(run.indexOf("totals"));

      const browser = await openBrowser();
      await expectAccessible(browser, docs);
      await walkByKeyboard(browser, docs);
    },
  );

  it("show failing rows and values in messages only when they are asked for", async () => {
    const { database } = await runInDatabase(server);
    const project = temporaryProject(shopFiles);
    await runProject({ projectDir: project.folder, database, history: {} });
    const asked = await docsOf(project.folder, { database, withSamples: true });
    const all = asked.pages().map((name) => asked.read(name));
    expect(all.some((text) => text.includes("hunter2"))).toBe(true);
    for (const text of all) expect(text.includes(script)).toBe(false);
    const file = await docsOf(project.folder, { database, isSingleFile: true });
    expect(file.pages()).toEqual(["index.html"]);
    expect(file.read("index.html").includes("hunter2")).toBe(false);
    if (chromiumPath === undefined) return;
    const { page, complaints } = await openFile(await openBrowser(), file.path("index.html"));
    await expect.poll(() => page.textContent("h1")).toBeTruthy();
    await page.click("nav[aria-label=Pages] a:has-text('Models')");
    await page.click("#models a:has-text('orders')");
    await expect.poll(() => page.title()).toContain("orders");
    await page.click("nav[aria-label=Pages] a:has-text('Search')");
    await page.fill(".big-search input[type=search]", "totals");
    await page.click("#results a:has-text('totals')");
    await expect.poll(() => page.title()).toContain("totals");
    await page.click("nav[aria-label=Pages] a:has-text('Lineage')");
    await expect.poll(() => page.locator("canvas").isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });
});

const main = ["index.html", "models/shop.orders.html", "lineage.html"];
const others = ["checks.html", "columns.html", "runs/run-1.html", "search.html"];

/** In one tab: to open another takes a browser longer than to open a page. */
async function expectAccessible(browser: Browser, docs: DocsFolder): Promise<void> {
  const { page, complaints } = await openFile(browser, docs.path("index.html"), {
    bypassCSP: true,
  });
  for (const name of [...main, ...others]) {
    await page.goto(`file://${docs.path(name)}`);
    for (const width of main.includes(name) ? [1280, 400] : [400]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate("document.documentElement.scrollWidth"), name).toBe(width);
      expect(await findingsOf(page, main.includes(name)), `${name} ${width}`).toEqual([]);
    }
    expect(await page.title()).not.toContain("pwned");
    expect(complaints, name).toEqual([]);
  }
  await page.close();
}

async function findingsOf(page: Page, inBothSchemes: boolean): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await axeFindings(page);
  if (!inBothSchemes) return dark;
  await page.emulateMedia({ colorScheme: "light" });
  return [...dark, ...(await axeFindings(page, "colours"))];
}

async function walkByKeyboard(browser: Browser, docs: DocsFolder): Promise<void> {
  const { page, complaints } = await openFile(browser, docs.path("models/shop.orders.html"));
  await page.keyboard.press("/");
  await page.keyboard.type("custmers");
  await expect.poll(() => page.textContent(".side-results")).toContain("customers");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.textContent(".big-search output")).toMatch(/^\d+ found/);
  await page.fill(".big-search input[type=search]", "generate_series(1, 4)");
  await expect.poll(() => page.textContent("#results")).toContain("in its SQL");

  await page.goto(`file://${docs.path("models.html")}#folder=gold`);
  await expect.poll(() => page.textContent("output")).toMatch(/^1 of /);
  await page.goto(`file://${docs.path("lineage.html")}#select=shop.orders`);
  await expect.poll(() => page.textContent(".graph-panel")).toContain("Used by 1: totals");
  await page.focus("canvas");
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.textContent(".graph-panel")).toContain("totals");
  await page.selectOption(".graph-tools [name=folder]", "gold");
  await expect.poll(() => page.textContent(".graph-tools output")).toMatch(/^1 of /);
  expect(await page.locator(".graph-list li").count()).toBe(1);
  await page.focus("canvas");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.title()).toContain("totals");
  await page.click(".tabs button:has-text('source')");
  expect(await page.locator(".text:visible").innerText()).toContain("config {");
  expect(complaints).toEqual([]);
}
