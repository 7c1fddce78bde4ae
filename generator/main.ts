import { databaseOptions } from "../runner/cli/options.ts";
import { openDatabase, withDatabase } from "../runner/database/open-database.ts";
import { createParser, print, projectDir, runCommand } from "../warehouse/run-command.ts";
import { addDays, lastCompleteDay } from "../warehouse/utc-day.ts";
import { loadDays } from "./load-days.ts";
import { generateOptions, readDay, readDays, readGenerateOptions, readProfile } from "./options.ts";
import { withTruthFile } from "./truth-file.ts";

/** `npm run generate`: adds synthetic test results to bronze. */
async function generate(): Promise<number> {
  const args = await createParser("npm run generate --", "Adds synthetic test results to bronze.")
    .option("days", { type: "string", default: "1", describe: "number of days" })
    .options(generateOptions)
    .option("from", {
      type: "string",
      describe: "first day, as 2026-01-31; unless given, the days end with yesterday, UTC",
    })
    .option("profile", {
      type: "string",
      default: "original",
      describe: "how the results are spread: original or realistic",
    })
    .option("truth", {
      type: "string",
      describe: "file for the expected result of each row, as NDJSON, with totals at its end",
    })
    .option("beside-real-results", {
      type: "boolean",
      default: false,
      describe: "also into a warehouse that holds real results",
    })
    .options(databaseOptions)
    .parseAsync();
  const days = readDays(args.days);
  const from = readDay(args.from, "--from") ?? addDays(lastCompleteDay(Date.now()), 1 - days);
  const { credentials, truth } = args;
  const profile = readProfile(args.profile);
  const settings = { from, days, profile, ...readGenerateOptions(args) };
  const opening = openDatabase({ projectDir, env: process.env, credentials });
  await withDatabase(opening, async (database) => {
    await withTruthFile(truth, (onTruth) =>
      loadDays(
        database,
        () => Promise.resolve({ ...settings, ...onTruth }),
        args.besideRealResults ? "generate" : "refuse",
      ),
    );
    print([`database: ${database.description}`]);
  });
  return 0;
}

await runCommand(generate);
