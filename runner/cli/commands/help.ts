import { RunnerError } from "../../errors.ts";
import type { AddCommand } from "./command.ts";

/** `dataform help [command]`: listed here, answered as `--help` of the command. */
export const addHelpCommand: AddCommand = (parser, finish) =>
  parser.command(
    "help [command]",
    "Explain a command, or list them all",
    (command) => command.positional("command", { type: "string", describe: "which one" }),
    (args) =>
      finish(async () => {
        throw new RunnerError("USAGE", `there is no command ${args.command}`, {
          hint: "see `dataform --help`",
        });
      }),
  );

/** Takes argv; `help run` becomes `run --help`, anything else stays as it is. */
export function helpFlags(argv: readonly string[]): string[] {
  const [first, command, ...rest] = argv;
  if (first !== "help" || command?.startsWith("-") || rest.length > 0) return [...argv];
  return command === undefined ? ["--help"] : [command, "--help"];
}
