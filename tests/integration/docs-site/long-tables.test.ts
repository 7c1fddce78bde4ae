import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundleScript } from "../../../runner/pages/bundle-script.ts";
import { html, textOf } from "../../../runner/pages/html.ts";
import { longTable } from "../../../runner/pages/long-table.ts";
import { chromiumPath, launchBrowser, openFile } from "../../support/browser.ts";
import { repository } from "../../support/run-command.ts";

const rows = Array.from({ length: 300 }, (_, index) => `row ${index}`);

describe.skipIf(chromiumPath === undefined)("a table of more rows than its page holds", () => {
  let browser: Browser;
  let script: string;

  beforeAll(async () => {
    script = await bundleScript(join(repository, "site/client/main.ts"));
    browser = await launchBrowser();
    return () => browser.close();
  });

  /** Opens a page with the table; its data file is what `fileOf` makes of it, or is not there. */
  async function openTable(fileOf: (text: string) => string | undefined) {
    const folder = mkdtempSync(join(tmpdir(), "dfpg-table-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { markup, files } = longTable({
      ...{ id: "rows", caption: "Rows", rows, search: "name", empty: "none" },
      columns: [{ label: "Name", cell: (text) => text }],
    });
    mkdirSync(join(folder, "data"));
    for (const { path, text } of files) {
      const written = fileOf(text);
      if (written !== undefined) writeFileSync(join(folder, path), written);
    }
    writeFileSync(join(folder, "script.js"), script);
    const page = html`<!doctype html><meta charset="utf-8">${markup}<script src="script.js"></script>`;
    writeFileSync(join(folder, "index.html"), textOf(page));
    return openFile(browser, join(folder, "index.html"));
  }

  it("shows what is chosen when its file has come, not what was chosen when it was asked for", async () => {
    const { page, complaints } = await openTable((text) => `giveRows = () => { ${text} };`);
    await page.fill("input[type=search]", "29");
    await page.waitForFunction("typeof giveRows === 'function'");
    await page.fill("input[type=search]", "");
    await page.evaluate("giveRows()");
    expect(await page.textContent("output")).toBe("300 rows");
    expect(await page.locator("#rows tbody tr").count()).toBe(100);
    await page.fill("input[type=search]", "29");
    await expect.poll(() => page.textContent("output")).toBe("13 of 300 rows");
    expect(complaints).toEqual([]);
  });

  it("says how many rows it knows, and what is missing, when its file is not there", async () => {
    const { page } = await openTable(() => undefined);
    expect(await page.textContent("output")).toBe("300 rows");
    await page.fill("input[type=search]", "29");
    await expect
      .poll(() => page.textContent("output"))
      .toBe("1 of 100 rows; the file with the other 200 is missing");
    expect(await page.locator(".more-rows").isVisible()).toBe(false);
  });
});
