import { existsSync, readFileSync } from "node:fs";
import yargs from "yargs";
import { addCompileCommand } from "./commands/compile.ts";
import { addDbCommand } from "./commands/db.ts";
import { addQueryCommand } from "./commands/query.ts";
import { addRunCommand } from "./commands/run.ts";
import { printFailure } from "./output.ts";
import { failWith } from "./usage.ts";

const addCommands = [addCompileCommand, addRunCommand, addQueryCommand, addDbCommand];

/** `dataform <command>`: argv in, exit code out. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const parser = yargs()
    .scriptName("dataform")
    .usage("$0 <command>\n\nRuns Dataform projects on PostgreSQL.")
    .version(version())
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
  await parser.parseAsync([...argv]);
  return exitCode;
}

// package.json lies one folder higher for the build in dist/ than for the source.
function version(): string {
  const file = ["../../package.json", "../../../package.json"]
    .map((path) => new URL(path, import.meta.url))
    .find(existsSync);
  return file ? JSON.parse(readFileSync(file, "utf8")).version : "unknown";
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
