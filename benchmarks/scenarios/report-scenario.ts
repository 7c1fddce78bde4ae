import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Measurement } from "../measure.ts";
import { figureRow, missingRow, type Row, timeRow } from "../report.ts";
import { generate, node, onDatabase } from "./warehouse-scenario.ts";

const folder = fileURLToPath(new URL("../../target/report", import.meta.url));
const browserPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const pages = ["index", "register", "tests-of-1"];

/**
 * The resilience report of so many realistic tests of a hundred days: how long it takes to be made, and when a
 * browser draws a page of it from the disk for the first time.
 */
export async function reportScenario(
  command: string,
  url: string,
  tests: number,
  rounds: number,
): Promise<Row[]> {
  return onDatabase(url, async (made) => {
    await generate(made, tests, "realistic");
    await node(made, command, "run");
    const builds: Measurement[] = [];
    for (let round = 0; round < rounds; round++) {
      builds.push(await node(made, "--import", "tsx", "site/main.ts"));
    }
    return [timeRow(`report of ${tests} tests`, builds, []), ...(await openings(rounds))];
  });
}

async function openings(rounds: number): Promise<Row[]> {
  const what = "first frame from the disk";
  if (!existsSync(browserPath)) return [missingRow(what, `no Chromium at ${browserPath}`)];
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  const rows: Row[] = [];
  for (const name of pages) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 900 },
        bypassCSP: true,
      });
      await page.goto(`file://${folder}/${name}.html`);
      const painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
      await page.waitForFunction(painted);
      times.push(await page.evaluate<number>(painted));
      await page.close();
    }
    rows.push(figureRow(`${what}: ${name}.html`, times, "ms"));
  }
  await browser.close();
  return rows;
}
