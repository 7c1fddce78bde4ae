import { formatFailure } from "../report/format-failure.ts";

/** Prints a failure on stderr; gives the exit code that belongs to it. */
export function printFailure(error: unknown): number {
  const failure = formatFailure(error, { color: colorOn(process.stderr) });
  process.stderr.write(`${failure.text}\n`);
  return failure.exitCode;
}

/** Whether a stream wants colour: NO_COLOR and FORCE_COLOR decide, then whether it is a terminal. */
export function colorOn(stream: NodeJS.WriteStream): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return stream.isTTY === true;
}
