import pc from "picocolors";
import { formatFailure } from "../report/console/format-failure.ts";
import { visibleText, wrapToWidth } from "../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../text/workflow-commands.ts";

/** When this process started, in milliseconds since 1970: what people have waited since. */
export function processStart(): number {
  return performance.timeOrigin;
}

/** Prints a failure on stderr; returns its exit code. */
export function printFailure(error: unknown): number {
  const failure = formatFailure(error, { color: colorOn(process.stderr) });
  const columns = columnsOf(process.stderr);
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
  return (message) => {
    const shown = withoutWorkflowCommands(visibleText(message));
    stream.write(`${dim(shown)}\n`);
  };
}

/**
 * Takes lines with names or texts of a project, a file or a server, without colours, and returns them as they
 * may be printed: with a line break at the end, and nothing in them drives a terminal or a workflow.
 */
export function harmlessLines(text: string): string {
  return withoutWorkflowCommands(`${visibleText(text)}\n`);
}

/** Takes the name of a file of a project and returns it as it may be printed, on one line. */
export function harmlessName(fileName: string): string {
  return visibleText(fileName).replaceAll("\n", "\\n");
}

/** Whether a stream wants colour: NO_COLOR and FORCE_COLOR decide, then whether it is a terminal. */
export function colorOn(stream: NodeJS.WriteStream): boolean {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== "0";
  return stream.isTTY === true && process.env.TERM !== "dumb";
}

/**
 * Whether lines of a stream may be drawn again: it is a terminal that people look at. In CI, with
 * NO_COLOR and on a dumb terminal every line is written once.
 */
export function isLive(stream: NodeJS.WriteStream): boolean {
  const { CI = "", NO_COLOR, TERM } = process.env;
  const isLog = !["", "0", "false"].includes(CI) || NO_COLOR || TERM === "dumb";
  return stream.isTTY === true && columnsOf(stream) !== undefined && !isLog;
}

/** The width of a terminal; undefined where there is none, or one that does not know its size. */
export function columnsOf({ isTTY, columns }: NodeJS.WriteStream): number | undefined {
  return isTTY && columns > 0 ? columns : undefined;
}
