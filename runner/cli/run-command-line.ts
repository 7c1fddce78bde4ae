import yargs from "yargs";
import { RunnerError } from "../errors.ts";
import type { AddCommand } from "./commands/command.ts";
import { helpFlags } from "./commands/help.ts";
import { buildNoHelpAhead } from "./no-help-ahead.ts";
import { printFailure } from "./output.ts";
import { ownPackage } from "./package-json.ts";
import { surviveClosedOutput } from "./signals.ts";
import { refuseSwitchValues } from "./switch-values.ts";
import { failWith, refuseRepeated } from "./usage-error.ts";

// Only the command that is named is loaded: what the others need would take half a second.
const commands: Record<string, () => Promise<AddCommand>> = {
  compile: async () => (await import("./commands/compile.ts")).addCompileCommand,
  plan: async () => (await import("./commands/plan.ts")).addPlanCommand,
  run: async () => (await import("./commands/run.ts")).addRunCommand,
  test: async () => (await import("./commands/test.ts")).addTestCommand,
  status: async () => (await import("./commands/status.ts")).addStatusCommand,
  schedule: async () => (await import("./commands/schedule.ts")).addScheduleCommand,
  audit: async () => (await import("./commands/audit.ts")).addAuditCommand,
  show: async () => (await import("./commands/show.ts")).addShowCommand,
  lineage: async () => (await import("./commands/lineage.ts")).addLineageCommand,
  query: async () => (await import("./commands/query.ts")).addQueryCommand,
  freshness: async () => (await import("./commands/freshness.ts")).addFreshnessCommand,
  docs: async () => (await import("./commands/docs.ts")).addDocsCommand,
  history: async () => (await import("./commands/history.ts")).addHistoryCommand,
  db: async () => (await import("./commands/db.ts")).addDbCommand,
  format: async () => (await import("./commands/format.ts")).addFormatCommand,
  init: async () => (await import("./commands/init.ts")).addInitCommand,
  "init-creds": async () => (await import("./commands/init-creds.ts")).addInitCredsCommand,
  install: async () => (await import("./commands/install.ts")).addInstallCommand,
  help: async () => (await import("./commands/help.ts")).addHelpCommand,
};

/**
 * `dataform <command>`: takes its arguments and returns its exit code. A failure is printed. A command whose output cannot
 * be written goes on to its end, with all that others have to be told.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const lost: unknown[] = [];
  let hasEnded = false;
  surviveClosedOutput((error) => {
    if (lost.length > 0) return;
    lost.push(error);
    // That of the last lines comes when the process has its exit code.
    if (hasEnded) process.exitCode = withLost(Number(process.exitCode ?? 0), error);
  });
  const exitCode = await exitCodeOf(argv, (error) => lost.includes(error));
  hasEnded = true;
  return lost.length > 0 ? withLost(exitCode, lost[0]) : exitCode;
}

/** `isLost`: whether it is the error of output that cannot be written, which is told by itself. */
async function exitCodeOf(
  argv: readonly string[],
  isLost: (error: unknown) => boolean,
): Promise<number> {
  try {
    return await runCommand(helpFlags(argv.map(commentAsText), Object.keys(commands)));
  } catch (error) {
    return isLost(error) ? 0 : printFailure(error);
  }
}

/** Tells of output that cannot be written; returns the exit code, which is not 0 then. */
function withLost(exitCode: number, cause: unknown): number {
  const why = cause instanceof Error ? cause.message : String(cause);
  const unwritten = printFailure(
    new RunnerError("USAGE", `the output cannot be written: ${why}`, {
      hint: "make room on its disk, or send it elsewhere",
      cause,
    }),
  );
  return exitCode === 0 ? unwritten : exitCode;
}

// A statement may begin with a comment, which the parser would take for a flag.
function commentAsText(argument: string): string {
  return /^--(\s|[^=]*\n)/.test(argument) ? ` ${argument}` : argument;
}

async function runCommand(args: readonly string[]): Promise<number> {
  refuseRepeated(args);
  let exitCode = 0;
  const parser = refuseSwitchValues(yargs(), args)
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
    .fail(failWith(args, Object.keys(commands)));
  for (const load of commandsFor(args[0])) {
    (await load())(parser, async (work) => {
      exitCode = await work();
    });
  }
  buildNoHelpAhead(parser);
  await parser.parseAsync(args);
  return exitCode;
}

function commandsFor(name: string | undefined) {
  if (name === "--version") return [];
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return named ? [named] : Object.values(commands);
}
