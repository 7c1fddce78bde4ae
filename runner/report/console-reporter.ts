import pc from "picocolors";
import type { ActionResult } from "../execute/run-result.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { targetKey, targetName } from "../target.ts";
import { clipToWidth, visibleText } from "../terminal-text.ts";
import { createActionFormatter } from "./action-lines.ts";
import type { ReadSource } from "./format-error.ts";
import { limitText } from "./limit-text.ts";
import type { RunListener } from "./run-event.ts";
import { summaryLines } from "./run-summary.ts";
import { withoutWorkflowCommands } from "./workflow-commands.ts";

/** Where and how a run is shown. */
export interface ConsoleReporterOptions {
  /** Takes text with its line breaks. */
  write: (text: string) => void;
  color: boolean;
  /** Columns of the terminal; 100 unless told. */
  width?: number | undefined;
  /** Whether a last line with the running actions may be rewritten (a terminal). */
  interactive?: boolean | undefined;
  readSource?: ReadSource | undefined;
  /** Turns a file name of the project into one that can be clicked from the working folder. */
  showPath?: ((fileName: string) => string) | undefined;
  /** Shows every notice and the start of every action. */
  verbose?: boolean | undefined;
  /** Whether offending rows are shown; true unless told. */
  samples?: boolean | undefined;
}

const mostNotices = 50;

/**
 * Takes a place to write to and returns a listener that shows a run as text: one line per finished
 * action, errors and offending rows at once, a summary at the end. Nothing that comes from the
 * database can drive the terminal or the workflow that it is printed in.
 */
export function createConsoleReporter(options: ConsoleReporterOptions): RunListener {
  const { verbose = false, width = 100 } = options;
  const colors = pc.createColors(options.color);
  const print = createPrinter(options, width);
  const notices = createNoticeCounter(verbose ? Number.POSITIVE_INFINITY : mostNotices);
  const running = new Map<string, string>();
  let graph: ExecutionGraph | undefined;
  let formatAction = createActionFormatter({ ...options, width, colors });

  return (event) => {
    switch (event.type) {
      case "runStarted":
        graph = event.graph;
        formatAction = createActionFormatter({ ...options, width, colors, graph });
        print.lines([colors.dim(visibleText(event.database))]);
        break;
      case "actionStarted":
        running.set(targetKey(event.action.target), nameOf(event.action));
        if (verbose) print.lines([colors.dim(`started ${nameOf(event.action)}`)]);
        break;
      case "actionFinished":
        running.delete(targetKey(event.result.target));
        print.lines(formatAction(event.result, event.finished, event.total));
        break;
      case "notice":
        print.lines(notices.linesOf(event.message).map(colors.dim));
        break;
      case "runFinished":
        running.clear();
        print.lines(notices.rest().map(colors.dim));
        print.lines(summaryLines(event.result, { graph, colors, width }));
        break;
    }
    print.status([...running.values()]);
  };
}

/** A statement can raise a million notices: the first ones are shown, the others counted. */
function createNoticeCounter(most: number) {
  let count = 0;
  return {
    linesOf: (message: string): string[] => {
      count += 1;
      return count > most ? [] : visibleText(limitText(message, 2000)).split("\n");
    },
    rest: (): string[] => (count > most ? [`${count - most} more notices are not shown`] : []),
  };
}

/** Writes whole lines, and below them, on a terminal, one line that the next write replaces. */
function createPrinter({ write, interactive = false }: ConsoleReporterOptions, width: number) {
  let shown = "";
  return {
    lines: (lines: string[]): void => {
      if (lines.length === 0) return;
      const erase = shown === "" ? "" : "\r\x1b[2K";
      shown = "";
      write(erase + withoutWorkflowCommands(lines.map((line) => `${line}\n`).join("")));
    },
    status: (names: string[]): void => {
      if (!interactive) return;
      const status =
        names.length === 0 ? "" : clipToWidth(`running ${names.join(", ")}`, width - 1);
      if (status !== shown) write(`\r\x1b[2K${status}`);
      shown = status;
    },
  };
}

function nameOf({ target }: Pick<ActionResult, "target">): string {
  return visibleText(targetName(target));
}
