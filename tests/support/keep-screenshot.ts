import { join } from "node:path";
import type { Page } from "playwright-core";
import { repository } from "./run-command.ts";

const folder = process.env.SCREENSHOTS;

/**
 * Keeps a picture of what is in view, in the folder of the repository that SCREENSHOTS names; without it
 * none is made.
 */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  if (folder) await page.screenshot({ path: join(repository, folder, `${name}.png`) });
}
