import { databaseOptions } from "../runner/cli/options.ts";
import { runAndReport, withDatabase } from "../runner/cli/run-and-report.ts";
import { openDatabase } from "../runner/database/open-database.ts";
import { daysToCatchUp } from "./catch-up.ts";
import { dailySummary } from "./daily-summary.ts";
import { loadDays } from "./load-days.ts";
import { dayOption, generateOptions } from "./options.ts";
import { createParser, print, projectDir, runCommand } from "./run-command.ts";
import { lastCompleteDay } from "./utc-day.ts";

/** `npm start`, the main job: generates the days that are missing and runs the whole project. */
async function runDaily(): Promise<number> {
  const { credentials, date, testsPerDay, seed } = await createParser(
    "npm start",
    "Generates the test results of the days since the last run and brings the warehouse up to date.",
  )
    .option("date", dayOption("--date", "last day to generate; yesterday, UTC, unless given"))
    .options(generateOptions)
    .options(databaseOptions)
    .parseAsync();
  const last = date ?? lastCompleteDay(Date.now());
  const opening = openDatabase({ projectDir, env: process.env, credentials });
  return withDatabase(opening, async (database) => {
    await loadDays(database, async () => ({
      ...(await daysToCatchUp(database, last)),
      testsPerDay,
      seed,
    }));
    const exitCode = await runAndReport({ projectDir, database });
    print(await dailySummary(database, last));
    return exitCode;
  });
}

await runCommand(runDaily);
