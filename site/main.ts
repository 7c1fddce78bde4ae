import { databaseOptions } from "../runner/cli/options.ts";
import { progressOn } from "../runner/cli/output.ts";
import { openDatabase, withDatabase } from "../runner/database/open-database.ts";
import { createParser, print, projectDir, runCommand } from "../warehouse/run-command.ts";
import { readReportOptions, reportOptions } from "./options.ts";
import { publishReport } from "./publish-report.ts";

/** `npm run report`: writes the resilience report of the warehouse as it stands. */
async function runReport(): Promise<number> {
  const args = await createParser(
    "npm run report --",
    "Writes the resilience report to target/report/.",
  )
    .options(reportOptions)
    .options(databaseOptions)
    .parseAsync();
  const settings = readReportOptions(args);
  const { credentials } = args;
  const onProgress = progressOn(process.stdout);
  const opening = openDatabase({ projectDir, env: process.env, credentials, onProgress });
  return withDatabase(opening, async (database) => {
    print([await publishReport(database, { projectDir, ...settings })]);
    return 0;
  });
}

await runCommand(runReport);
