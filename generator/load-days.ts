import type { Database } from "../runner/database/database.ts";
import { prepareBronze } from "../warehouse/bronze.ts";
import { cancellable, print, projectDir } from "../warehouse/run-command.ts";
import { describeLoad } from "./describe-load.ts";
import { type GenerateSettings, generateDays } from "./generate-days.ts";
import { showLoadProgress } from "./load-progress.ts";

/**
 * What both commands do: makes bronze, asks which days to generate, loads them with a progress bar
 * and prints what became of them. Ctrl-C rolls the load back.
 */
export async function loadDays(
  database: Database,
  chooseDays: () => Promise<GenerateSettings>,
): Promise<void> {
  await cancellable(async (signal) => {
    await prepareBronze(projectDir, database, signal);
    const settings = await chooseDays();
    const { onProgress, stop } = showLoadProgress(process.stderr);
    const days = await generateDays(database, { ...settings, onProgress, signal }).finally(stop);
    print(describeLoad(days));
  });
}
