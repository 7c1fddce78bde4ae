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

/** Says in one line on stderr which of the flags were given and mean nothing on PostgreSQL. */
export function noticeIgnored(args: Record<string, unknown>, flags: readonly string[]): void {
  const given = flags.filter((flag) => args[flag] !== undefined).map((flag) => `--${flag}`);
  if (given.length === 0) return;
  process.stderr.write(`${given.join(", ")}: no meaning on PostgreSQL, ignored\n`);
}
