import { databaseOptions } from "../runner/cli/options.ts";
import { withDatabase } from "../runner/cli/run-and-report.ts";
import { openDatabase } from "../runner/database/open-database.ts";
import { loadDays } from "./load-days.ts";
import { dayOption, daysOption, generateOptions } from "./options.ts";
import { createParser, print, projectDir, runCommand } from "./run-command.ts";
import { addDays, lastCompleteDay } from "./utc-day.ts";

/** `npm run generate`: adds synthetic test results to bronze. */
async function generate(): Promise<number> {
  const { credentials, days, from, testsPerDay, seed } = await createParser(
    "npm run generate",
    "Adds synthetic test results to bronze.",
  )
    .option("days", daysOption)
    .options(generateOptions)
    .option("from", dayOption("--from", "first day; by default the days end with yesterday, UTC"))
    .options(databaseOptions)
    .parseAsync();
  const first = from ?? addDays(lastCompleteDay(Date.now()), 1 - days);
  const opening = openDatabase({ projectDir, env: process.env, credentials });
  await withDatabase(opening, async (database) => {
    await loadDays(database, () => Promise.resolve({ from: first, days, testsPerDay, seed }));
    print([`database: ${database.description}`]);
  });
  return 0;
}

await runCommand(generate);
