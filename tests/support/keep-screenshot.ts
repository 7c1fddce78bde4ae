import { join } from "node:path";
import type { Page } from "playwright-core";
import { repository } from "./run-command.ts";

const folder = process.env.SCREENSHOTS;

/**
 * Saves a picture of the visible part of a page in the folder of the repository that SCREENSHOTS names;
 * does nothing when that is not set.
 */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (folder) await page.screenshot({ path: join(repository, folder, `${name}.png`) });
}
