import { RunnerError } from "../errors.ts";

/**
 * What a parser does with an error: wrong usage becomes a `USAGE` error that names the help to read;
 * anything else is passed on. yargs wraps what an option's own check throws and keeps its message.
 */
export function failWith(help: string): (message: string | null, error?: Error) => never {
  return (message, error) => {
    if (error && error.name !== "YError") throw error;
    throw new RunnerError("USAGE", (error?.message || message) ?? "wrong usage", {
      hint: `see \`${help}\``,
    });
  };
}
