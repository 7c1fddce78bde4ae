import { databaseOptions } from "../runner/cli/options.ts";
import { processStart, progressOn } from "../runner/cli/output.ts";
import { runAndReport } from "../runner/cli/run-and-report.ts";
import { openDatabase, withDatabase } from "../runner/database/open-database.ts";
import { RunnerError } from "../runner/errors.ts";
import { counted } from "../runner/report/limit-text.ts";
import {
  cancellable,
  createParser,
  print,
  projectDir,
  runCommand,
} from "../warehouse/run-command.ts";
import { countRows, deleteMadeUpRows, isLeftInSilver } from "./made-up-rows.ts";

/** `npm run reset`: takes the made-up results out; dimensions and real results stay. */
async function reset(): Promise<number> {
  const args = await createParser(
    "npm run reset",
    "Deletes made-up results from bronze and rebuilds silver and gold. Dimensions and real results stay.",
  )
    .option("yes", { type: "boolean", default: false, describe: "do it; else it is only counted" })
    .options(databaseOptions)
    .parseAsync();
  const { credentials, yes } = args;
  const onProgress = progressOn(process.stdout);
  const opening = openDatabase({ projectDir, env: process.env, credentials, onProgress });
  return withDatabase(opening, async (database) => {
    const { madeUp, days, real } = await countRows(database);
    const made = `${counted(madeUp, "made-up result")} of ${counted(days, "day")}`;
    const what = `${made}; ${counted(real, "real result")} stay${real === 1 ? "s" : ""}`;
    if (madeUp === 0 && !(await isLeftInSilver(database))) {
      print([`nothing to reset: ${what}`, `database: ${database.description}`]);
      return 0;
    }
    if (!yes) {
      throw new RunnerError("USAGE", `this deletes ${what} (${database.description})`, {
        hint: "npm run reset -- --yes",
      });
    }
    const deleted = await cancellable((signal) => deleteMadeUpRows(database, signal));
    print([`deleted ${deleted} made-up results; silver and gold are rebuilt`]);
    onProgress("compiling …");
    const runConfig = { fullRefresh: true };
    return runAndReport({ projectDir, database, runConfig, startedAtMillis: processStart() });
  });
}

await runCommand(reset);
