import pc from "picocolors";
import { formatFailure } from "../report/console/format-failure.ts";
import { visibleText, wrapToWidth } from "../text/terminal-text.ts";

/** When this process started, in milliseconds since 1970: what people have waited since. */
export const processStart = performance.timeOrigin;

/** Prints a failure on stderr; gives the exit code that belongs to it. */
export function printFailure(error: unknown): number {
  const failure = formatFailure(error, { color: colorOn(process.stderr) });
  const { columns } = process.stderr;
  const lines = failure.text.split("\n");
  const fitted =
    columns === undefined ? lines : lines.flatMap((line) => wrapToWidth(line, columns));
  process.stderr.write(`${fitted.join("\n")}\n`);
  return failure.exitCode;
}

/**
 * Takes the stream of a command's messages and returns a function that shows progress on it. When
 * standard output carries data, progress is shown only on a terminal, on standard error.
 */
export function progressOn(stream: NodeJS.WriteStream): (message: string) => void {
  if (stream === process.stderr && !stream.isTTY) return () => {};
  const { dim } = pc.createColors(colorOn(stream));
  return (message) => void stream.write(`${dim(visibleText(message))}\n`);
}

/** Whether a stream wants colour: NO_COLOR and FORCE_COLOR decide, then whether it is a terminal. */
export function colorOn(stream: NodeJS.WriteStream): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return stream.isTTY === true;
}
