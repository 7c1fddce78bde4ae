import type { Database } from "../runner/database/database.ts";
import { RunnerError } from "../runner/errors.ts";
import { prepareBronze } from "../warehouse/bronze.ts";
import { cancellable, print, projectDir } from "../warehouse/run-command.ts";
import { describeLoad } from "./describe-load.ts";
import { type GenerateSettings, generateDays } from "./generate-days.ts";
import { showLoadProgress } from "./load-progress.ts";
import { holdsRealRows } from "./made-up-rows.ts";

const holdsReal = new RunnerError("USAGE", "this warehouse holds real results", {
  hint: "made-up ones beside them: npm run generate -- --beside-real-results",
});

/**
 * The common part of both commands: makes bronze, asks for the days to generate, loads them with a
 * progress bar and prints the result. Ctrl-C rolls the load back. Rows cannot be removed from
 * bronze, so none are generated beside real results: `skip` then prints a message, `refuse` throws
 * USAGE.
 */
export async function loadDays(
  database: Database,
  chooseDays: () => Promise<GenerateSettings>,
  besideRealRows: "skip" | "refuse" | "generate",
): Promise<void> {
  await cancellable(async (signal) => {
    await prepareBronze(projectDir, database, signal);
    if (besideRealRows !== "generate" && (await holdsRealRows(database))) {
      if (besideRealRows === "refuse") throw holdsReal;
      print([`${holdsReal.message}: nothing is generated (for real results: npx dataform run)`]);
      return;
    }
    const settings = await chooseDays();
    const { onProgress, stop } = showLoadProgress(process.stderr);
    const days = await generateDays(database, { ...settings, onProgress, signal }).finally(stop);
    print(describeLoad(days));
  });
}
