import { noCommand } from "../usage-error.ts";
import type { AddCommand } from "./command.ts";

/** `dataform help [command]`: listed here, answered as `--help` of the command. */
export const addHelpCommand: AddCommand = (parser) =>
  parser.command("help [command]", "Explain a command, or list them all", (command) =>
    command.positional("command", { type: "string", describe: "which one" }),
  );

/**
 * Takes argv and the names of all commands; `help run` becomes `run --help`, and `help` becomes `--help`. Anything else
 * stays as it is. Throws a `USAGE` error when the command to explain does not exist.
 */
export function helpFlags(argv: readonly string[], commands: readonly string[]): string[] {
  const [first, command = "help"] = argv;
  if (first !== "help") return [...argv];
  if (command === "help" || command.startsWith("-")) return ["--help"];
  if (!commands.includes(command)) throw noCommand(command, commands);
  return [command, "--help"];
}
