import { withDatabase } from "../runner/cli/run-and-report.ts";
import { untilStopped } from "../runner/cli/signals.ts";
import { print, runCommand } from "../warehouse/run-command.ts";
import { ingestAndReport } from "./ingest-and-report.ts";
import { openWarehouse } from "./open-warehouse.ts";
import { ingestParser } from "./options.ts";
import { inputsOf, optionsOf } from "./settings.ts";
import { template } from "./template.ts";

const isScript = process.env.npm_lifecycle_event === "ingest";
const script = isScript ? "npm run ingest --" : "resiliency-ingest";

/** `npm run ingest`: loads what other tools wrote into bronze. */
async function ingest(): Promise<number> {
  const args = await ingestParser(script).parseAsync();
  if (args.template !== undefined) {
    print([template(args.template)]);
    return 0;
  }
  const inputs = inputsOf(args, script);
  return await untilStopped({ what: "ingest" }, async ({ signal, exitCode }) => {
    const options = optionsOf(args, signal);
    if (args.dryRun) return await ingestAndReport(inputs, undefined, args, options);
    const opening = openWarehouse(args.projectDir, args.credentials, signal);
    const code = await withDatabase(opening, (database) =>
      ingestAndReport(inputs, database, args, options),
    );
    return exitCode() ?? code;
  });
}

await runCommand(ingest);
