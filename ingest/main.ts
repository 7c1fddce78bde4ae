import "../runner/cli/navigator.ts";
import { printFailure } from "../runner/cli/output.ts";
import { untilStopped } from "../runner/cli/signals.ts";
import { print, runCommand } from "../warehouse/run-command.ts";
import { ingestAndReport } from "./ingest-and-report.ts";
import { ingestParser } from "./options.ts";
import { inputsOf, optionsOf } from "./settings.ts";
import { template } from "./template.ts";
import { watchFiles } from "./watch.ts";

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
    const options = await optionsOf(args, signal);
    if (args.dryRun) return await ingestAndReport(inputs, undefined, args, options);
    // a command that loads nothing starts sooner without the driver of the database
    const { withWarehouse } = await import("./with-warehouse.ts");
    const { projectDir, credentials } = args;
    const code = await withWarehouse({ projectDir, credentials, signal }, async (database) => {
      if (!args.watch) return await ingestAndReport(inputs, database, args, options);
      print([`watching ${inputs.join(", ")}; Ctrl-C ends it`]);
      await watchFiles(inputs, signal, async (files) => {
        try {
          await ingestAndReport(files, database, args, options);
          return true;
        } catch (error) {
          if (signal.aborted) throw error;
          // The server may be starting again, or a run be at work.
          printFailure(error);
          return false;
        }
      });
      return 0;
    });
    return args.watch ? code : (exitCode() ?? code);
  });
}

await runCommand(ingest);
