import pc from "picocolors";
import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { RunEvent, RunListener } from "../../results/run-event.ts";
import type { ActionResult } from "../../results/run-result.ts";
import { visibleText } from "../../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../../text/workflow-commands.ts";
import { type Labels, labelOf, labelsOf } from "../action-labels.ts";
import { limitText } from "../limit-text.ts";
import { type ActionFormatter, createActionFormatter, fitted } from "./action-lines.ts";
import type { ReadSource } from "./format-error.ts";
import { createListing, isLong } from "./listing.ts";
import type { LiveBlock } from "./live-block.ts";
import { createLiveRun } from "./live-run.ts";
import { summaryLines } from "./run-summary.ts";

/** Where and how a run is shown. */
export interface ConsoleReporterOptions {
  /** Takes text with its line breaks. */
  write: (text: string) => void;
  color: boolean;
  /**
   * Columns of the terminal, read again for each line; without it lines are laid out for 80, and nothing
   * is cut.
   */
  readonly width?: number | undefined;
  /** Lines below the others that show what is going on; `write` goes past it unless it is the block's. */
  live?: LiveBlock | undefined;
  /** Actions at the same time; 4 unless told. */
  threads?: number | undefined;
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

const mostNotices = 20;

/**
 * Takes a place to write to and returns a listener that shows a run as text: one line per finished
 * action (of a long run: per action that changed rows or is not well, and how far the run is), errors
 * and offending rows at once, a summary at the end. Nothing that comes from the database can drive the
 * terminal or the workflow that it is printed in.
 */
export function createConsoleReporter(options: ConsoleReporterOptions): RunListener {
  const { verbose = false, live, startedAtMillis = Date.now(), threads = 4 } = options;
  const colors = pc.createColors(options.color);
  const notices = createNoticeCounter(verbose ? Number.POSITIVE_INFINITY : mostNotices);
  const liveRun = createLiveRun({ now: Date.now, startedAtMillis, threads });
  const shownOf = createListing(verbose);
  const unlisted: ActionResult[] = [];
  let graph: ExecutionGraph | undefined;
  let labels: Labels = new Map();
  let formatAction = createFormatter(options, graph);

  const print = (lines: string[]) => {
    if (lines.length === 0) return;
    options.write(withoutWorkflowCommands(lines.map((line) => `${line}\n`).join("")));
  };
  const within = (lines: string[]) => lines.flatMap((line) => fitted(line, options));

  function finish({ result, finished, total }: Extract<RunEvent, { type: "actionFinished" }>) {
    const shown = shownOf(result, total);
    if (shown === "nothing") unlisted.push(result);
    else print(formatAction()(result, finished, total, shown === "whole"));
    if (verbose || live || !isLong(total) || finished === total) return;
    // A log in which nothing moves looks like one of a run that hangs.
    const tenth = (count: number) => Math.floor((10 * count) / total);
    if (tenth(finished) > tenth(finished - 1)) print([colors.dim(`${finished} of ${total} done`)]);
  }

  return (event) => {
    liveRun.hear(event);
    switch (event.type) {
      case "runStarted":
        graph = event.graph;
        labels = labelsOf(graph);
        formatAction = createFormatter(options, graph);
        print(within([visibleText(event.database)]).map(colors.dim));
        live?.show(liveRun.lines);
        break;
      case "actionStarted":
        if (verbose)
          print(within([`started ${labelOf(labels, event.action.target)}`]).map(colors.dim));
        break;
      case "actionFinished":
        finish(event);
        break;
      case "notice":
        print(within(notices.linesOf(event.message)).map(colors.dim));
        break;
      case "runFinished":
        live?.end();
        print(within(notices.rest()).map(colors.dim));
        print(summaryLines(event.result, { ...options, graph, colors, labels, unlisted }));
        break;
    }
  };
}

/** Gives the formatter of actions for the terminal's width of the moment. */
function createFormatter(
  options: ConsoleReporterOptions,
  graph: ExecutionGraph | undefined,
): () => ActionFormatter {
  const colors = pc.createColors(options.color);
  const make = (width: number | undefined) =>
    createActionFormatter({ ...options, width, colors, graph });
  let made: { width: number | undefined; format: ActionFormatter } | undefined;
  return () => {
    const { width } = options;
    if (made?.width !== width || made === undefined) made = { width, format: make(width) };
    return made.format;
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
