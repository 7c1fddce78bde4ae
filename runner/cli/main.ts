import yargs from "yargs";
import { addCompileCommand } from "./commands/compile.ts";
import { addDbCommand } from "./commands/db.ts";
import { addFormatCommand } from "./commands/format.ts";
import { addHelpCommand, helpFlags } from "./commands/help.ts";
import { addInitCommand } from "./commands/init.ts";
import { addInitCredsCommand } from "./commands/init-creds.ts";
import { addInstallCommand } from "./commands/install.ts";
import { addPlanCommand } from "./commands/plan.ts";
import { addQueryCommand } from "./commands/query.ts";
import { addRunCommand } from "./commands/run.ts";
import { addTestCommand } from "./commands/test.ts";
import { printFailure } from "./output.ts";
import { ownPackage } from "./package-json.ts";
import { failWith } from "./usage.ts";

const addCommands = [
  addCompileCommand,
  addPlanCommand,
  addRunCommand,
  addTestCommand,
  addQueryCommand,
  addDbCommand,
  addFormatCommand,
  addInitCommand,
  addInitCredsCommand,
  addInstallCommand,
  addHelpCommand,
];

/** `dataform <command>`: argv in, exit code out. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = yargs()
    .scriptName("dataform")
    .usage("$0 <command>\n\nRuns Dataform projects on PostgreSQL.")
    .version(ownPackage().version)
    .strict()
    .recommendCommands()
    .demandCommand(1, "name a command")
    .help()
    .alias({ help: "h", version: "v" })
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail(failWith("dataform --help"));
  for (const add of addCommands) {
    add(parser, async (work) => {
      exitCode = await work();
    });
  }
  await parser.parseAsync(helpFlags(argv));
  return exitCode;
}

// A reader that stops early, as in `dataform query … | head`, is not a failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = printFailure(error);
}
