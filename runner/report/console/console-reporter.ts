import pc from "picocolors";
import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import { rowsOf } from "../../results/rows-of.ts";
import type { RunListener } from "../../results/run-event.ts";
import type { ActionResult } from "../../results/run-result.ts";
import { targetKey } from "../../target.ts";
import { clipToWidth, visibleText } from "../../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { type Labels, labelOf, labelsOf } from "../action-labels.ts";
import { isWarning } from "../assertion-report.ts";
import { limitText } from "../limit-text.ts";
import { createActionFormatter, fitted } from "./action-lines.ts";
import type { ReadSource } from "./format-error.ts";
import { summaryLines } from "./run-summary.ts";

/** Where and how a run is shown. */
export interface ConsoleReporterOptions {
  /** Takes text with its line breaks. */
  write: (text: string) => void;
  color: boolean;
  /** Columns of the terminal; without it lines are laid out for 80, and nothing is cut. */
  width?: number | undefined;
  /** Whether a last line with the running actions may be rewritten (a terminal). */
  interactive?: boolean | undefined;
  readSource?: ReadSource | undefined;
  /** Turns a file name of the project into one that can be clicked from the working folder. */
  showPath?: ((fileName: string) => string) | undefined;
  /** Shows every notice and a line for every action, its start too. */
  verbose?: boolean | undefined;
  /** When the work began, in milliseconds since 1970; when the run began, unless told. */
  startedAtMillis?: number | undefined;
  /** Whether offending rows are shown; true unless told. */
  samples?: boolean | undefined;
}

const mostNotices = 50;

// A run of more actions shows a line for those only that changed something or need a look.
const mostPlainLines = 20;

/**
 * Takes a place to write to and returns a listener that shows a run as text: one line per finished
 * action (of a long run: per action that changed rows or is not well), errors and offending rows at
 * once, a summary at the end. Nothing that comes from the
 * database can drive the terminal or the workflow that it is printed in.
 */
export function createConsoleReporter(options: ConsoleReporterOptions): RunListener {
  const { verbose = false, width } = options;
  const colors = pc.createColors(options.color);
  const print = createPrinter(options);
  const notices = createNoticeCounter(verbose ? Number.POSITIVE_INFINITY : mostNotices);
  const running = new Map<string, string>();
  let graph: ExecutionGraph | undefined;
  let labels: Labels = new Map();
  const unlisted: ActionResult[] = [];
  let formatAction = createActionFormatter({ ...options, width, colors });
  const nameOf = ({ target }: Pick<ActionResult, "target">) => labelOf(labels, target);

  return (event) => {
    switch (event.type) {
      case "runStarted":
        graph = event.graph;
        labels = labelsOf(graph);
        formatAction = createActionFormatter({ ...options, width, colors, graph });
        print.lines([colors.dim(visibleText(event.database))]);
        break;
      case "actionStarted":
        running.set(targetKey(event.action.target), nameOf(event.action));
        if (verbose) print.lines([colors.dim(`started ${nameOf(event.action)}`)]);
        break;
      case "actionFinished":
        running.delete(targetKey(event.result.target));
        if (verbose || event.total <= mostPlainLines || isTold(event.result)) {
          print.lines(formatAction(event.result, event.finished, event.total));
        } else unlisted.push(event.result);
        break;
      case "notice":
        print.lines(
          notices
            .linesOf(event.message)
            .flatMap((line) => fitted(line, { width }))
            .map(colors.dim),
        );
        break;
      case "runFinished":
        running.clear();
        print.lines(notices.rest().map(colors.dim));
        print.lines(
          summaryLines(event.result, { ...options, graph, colors, width, labels, unlisted }),
        );
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
function createPrinter({ write, interactive = false, width = 80 }: ConsoleReporterOptions) {
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

/** Whether an action changed rows, warns, failed or was tried again. */
function isTold(result: ActionResult): boolean {
  if (result.status === "failed" || isWarning(result) || result.retries) return true;
  const rows = result.type === "assertion" || result.reused ? 0 : rowsOf(result);
  return result.status === "successful" && (rows ?? 0) > 0;
}
