import { notifyOfError, openForRun, refuseWrongReceivers } from "../runner/cli/notify-of-run.ts";
import { databaseOptions } from "../runner/cli/options.ts";
import { processStart, progressOn } from "../runner/cli/output.ts";
import { runAndReport } from "../runner/cli/run-and-report.ts";
import { endEarlyCompiler, startCompilerEarly } from "../runner/compile/early-compiler.ts";
import { withDatabase } from "../runner/database/open-database.ts";
import { publishReport } from "../site/publish-report.ts";
import { dailySummary } from "../warehouse/daily-summary.ts";
import { createParser, print, projectDir, runCommand } from "../warehouse/run-command.ts";
import { daysBetween, lastCompleteDay } from "../warehouse/utc-day.ts";
import { daysToCatchUp } from "./catch-up.ts";
import { loadDays } from "./load-days.ts";
import { generateOptions, readDay, readGenerateOptions } from "./options.ts";

/** `npm start`, the main job: generates the days that are missing and runs the whole project. */
async function runDaily(): Promise<number> {
  const args = await createParser(
    "npm start --",
    "Generates the test results of the days since the last run and brings the warehouse up to date.",
  )
    .option("date", {
      type: "string",
      alias: "to",
      describe: "last day to generate, as 2026-01-31; yesterday, UTC, unless given",
    })
    .option("from", {
      type: "string",
      describe: "first day to generate; the first missing one unless given",
    })
    .options(generateOptions)
    .options(databaseOptions)
    .parseAsync();
  const last = readDay(args.date, "--date") ?? lastCompleteDay(Date.now());
  const from = readDay(args.from, "--from");
  const range = from === undefined ? undefined : daysBetween(from, last);
  const settings = readGenerateOptions(args);
  const { credentials } = args;
  refuseWrongReceivers();
  // It reads the project while the server starts, and the next one while the tests are generated.
  startCompilerEarly(projectDir);
  const onProgress = progressOn(process.stdout);
  const opening = openForRun({ projectDir, env: process.env, credentials, onProgress }, {});
  const startedAtMillis = processStart();
  const work = withDatabase(opening, async (database) => {
    const told = { projectDir, database, startedAt: new Date(startedAtMillis) };
    const chooseDays = async () => {
      startCompilerEarly(projectDir);
      return { ...(range ?? (await daysToCatchUp(database, last))), ...settings };
    };
    await loadDays(database, chooseDays, "skip").catch((error) => notifyOfError(told, error));
    onProgress("compiling …");
    const exitCode = await runAndReport({ projectDir, database, startedAtMillis });
    print(await dailySummary(database, last));
    if (exitCode <= 1) print([await publishReport(database, { projectDir })]);
    return exitCode;
  });
  return work.finally(endEarlyCompiler);
}

await runCommand(runDaily);
