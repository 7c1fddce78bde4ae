import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const places = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium of this machine; undefined where there is none. */
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place));

if (chromiumPath === undefined) {
  process.stderr.write(
    "Tests in a browser are skipped: no Chromium is found. Install one, or set CHROMIUM_PATH.\n",
  );
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  // a process of root has no sandbox, and the pages are our own
  return chromium.launch({
    executablePath: chromiumPath ?? "",
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

/**
 * Opens a file in the browser until the test ends, and records its console and its requests. Set
 * `bypassCSP` when the test itself adds a script to the page.
 */
export async function openFile(
  browser: Browser,
  path: string,
  { bypassCSP = false } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP });
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) complaints.push(`fetches ${request.url()}`);
  });
  await page.goto(`file://${path}`);
  return { page, complaints };
}
