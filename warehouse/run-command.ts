import { dirname } from "node:path";
import yargs, { type Argv } from "yargs";
import { printFailure } from "../runner/cli/output.ts";
import { listenForStop, surviveClosedOutput } from "../runner/cli/signals.ts";
import { refuseSwitchValues } from "../runner/cli/switch-values.ts";
import { refuseRepeated } from "../runner/cli/usage-error.ts";
import { RunnerError } from "../runner/errors.ts";
import { wrapToWidth } from "../runner/text/terminal-text.ts";

/** The repository, which is the Dataform project that the generator works for. */
export const projectDir = dirname(import.meta.dirname);

/**
 * A parser for one script that refuses unknown options with a `USAGE` error. `script` is the
 * command without its options, `usage` the syntax of the options.
 */
export function createParser(script: string, describe: string, usage = "[options]"): Argv {
  const args = process.argv.slice(2);
  refuseRepeated(args);
  return refuseSwitchValues(yargs(args), args)
    .scriptName(script)
    .usage(`$0 ${usage}\n\n${describe}`)
    .version(false)
    .strict()
    .help()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message) => {
      throw new RunnerError("USAGE", message, { hint: `see \`${script} --help\`` });
    });
}

/** Runs an npm script: its number becomes the exit code, a failure one clear message. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  surviveClosedOutput();
  try {
    process.exitCode = await command();
  } catch (error) {
    process.exitCode = printFailure(error);
  }
}

/** Does work that Ctrl-C cancels on the server, too. */
export async function cancellable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = listenForStop();
  try {
    return await work(stop.signal);
  } finally {
    stop.dispose();
  }
}

/** Prints lines for people. */
export function print(lines: readonly string[]): void {
  const { columns } = process.stdout;
  const fitted =
    columns === undefined ? lines : lines.flatMap((line) => wrapToWidth(line, columns));
  process.stdout.write(`${fitted.join("\n")}\n`);
}
