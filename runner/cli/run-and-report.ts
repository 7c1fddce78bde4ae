import { basename, join, relative } from "node:path";
import pc from "picocolors";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import { type LineageSettings, lineageSettings } from "../openlineage/settings.ts";
import { tellLineage } from "../openlineage/tell-lineage.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { createConsoleReporter } from "../report/console/console-reporter.ts";
import { createLiveBlock, type LiveBlock } from "../report/console/live-block.ts";
import { createSourceReader } from "../report/console/read-source.ts";
import { formatJunit } from "../report/files/junit-report.ts";
import { formatRunResults, writeRunResults } from "../report/files/run-results-file.ts";
import { assertCanWrite, writeFileAtomically } from "../report/files/write-file.ts";
import { forWorkflow } from "../report/for-workflow.ts";
import { formatGithubAnnotations } from "../report/github/github-annotations.ts";
import { appendMarkdownSummary, formatMarkdownSummary } from "../report/github/markdown-summary.ts";
import type { RunListener } from "../results/run-event.ts";
import type { RunResult } from "../results/run-result.ts";
import { type RunProjectOptions, runProject } from "../run-project.ts";
import { commandLine } from "./command-line.ts";
import {
  notifyOfError,
  notifyOfResult,
  refuseWrongReceivers,
  type ToldRun,
} from "./notify-of-run.ts";
import { colorOn, columnsOf, harmlessLines, isLive } from "./output.ts";
import { ownPackage } from "./package-json.ts";
import { runLogOf } from "./resume-arguments.ts";
import { type StopSignal, untilStopped } from "./signals.ts";

/** A run of the command line: what runs, and where its reports go. */
export interface RunAndReportOptions extends Omit<RunProjectOptions, "signal" | "history"> {
  /** Whether the run is written down in its database; true unless set. */
  history?: boolean | undefined;
  /** The run result as JSON on stdout instead of lines for people. */
  json?: boolean | undefined;
  /** JUnit XML file; target/assertions.xml unless given. */
  junit?: string | undefined;
  /** Markdown file that the summary is appended to; GITHUB_STEP_SUMMARY unless given. */
  summary?: string | undefined;
  /** A line for every action and every notice. */
  verbose?: boolean | undefined;
  /** When the work began that the run is a part of, in milliseconds since 1970. */
  startedAtMillis?: number | undefined;
  /** Ends the run; signals do unless given. */
  stop?: StopSignal | undefined;
  /** The URL of the run, for its notifications. */
  link?: string | undefined;
  /** Hears what happens instead of the console. */
  listener?: RunListener;
}

/** Runs a project, shows it, writes its reports and returns the exit code. */
export async function runAndReport(options: RunAndReportOptions): Promise<number> {
  const { stop, ...rest } = options;
  if (!stop) return untilStopped({ what: "run" }, (own) => runAndReport({ ...rest, stop: own }));
  const result = await runWithReports({ ...rest, signal: stop.signal });
  return stop.exitCode() ?? exitCodeOf(result);
}

/** Runs a project, shows it, writes its reports and sends notifications. */
export async function runWithReports(
  options: Omit<RunAndReportOptions, "stop"> &
    Pick<ToldRun, "isScheduled"> & { signal: AbortSignal },
): Promise<RunResult> {
  let graph: ExecutionGraph | undefined;
  const live = options.listener || options.json ? undefined : liveBlock(options.signal);
  const show = options.listener ?? consoleListener(options, live);
  const listener: RunListener = (event) => {
    if (event.type === "runStarted") graph = event.graph;
    show(event);
  };
  const runLog = runLogOf(options.projectDir);
  const isKept = options.history ?? true;
  const details = {
    command: commandLine(process.argv, process.env),
    version: ownPackage().version,
    tellsUsual: live !== undefined,
  };
  const history = isKept ? details : undefined;
  const { projectDir, database, link, signal, isScheduled, startedAtMillis = Date.now() } = options;
  const startedAt = new Date(startedAtMillis);
  const told = { projectDir, database, link, signal, isScheduled, startedAt };
  refuseWrongReceivers();
  const tell = (line: string) => void process.stderr.write(harmlessLines(line));
  let lineage: LineageSettings | undefined;
  let compiled: CompiledGraph | undefined;
  const onCompiled = (graph: CompiledGraph) => {
    compiled = graph;
  };
  const run = async () => {
    await assertCanWrite([options.junit, summaryFile(options)], projectDir);
    lineage = await lineageSettings(projectDir, process.env, tell);
    return runProject({ runLog, ...options, history, listener, onCompiled });
  };
  // A run that fails as a whole leaves no block behind, over which its error would be written.
  const ended = run().finally(() => live?.end());
  const result = await ended.catch((error) => notifyOfError(told, error));
  try {
    await writeReports(result, graph, options);
  } finally {
    // A full disk does not keep a failure from those who are to be told.
    await notifyOfResult(told, result, graph);
    if (lineage && compiled) await reportLineage(lineage, { result, compiled, database });
  }
  return result;
}

async function reportLineage(...told: Parameters<typeof tellLineage>): Promise<void> {
  const line = await tellLineage(...told);
  if (line !== undefined) process.stderr.write(harmlessLines(line));
}

/** The live lines of standard output; undefined where it is no terminal for people. */
function liveBlock(signal: AbortSignal): LiveBlock | undefined {
  if (!isLive(process.stdout)) return undefined;
  const live = createLiveBlock(process.stdout, pc.createColors(colorOn(process.stdout)).dim);
  // How a signal is handled is printed on standard error.
  signal.addEventListener("abort", live.hide);
  return live;
}

function consoleListener(options: RunAndReportOptions, live: LiveBlock | undefined): RunListener {
  const { projectDir, json, verbose, startedAtMillis, threads } = options;
  const stream = json ? process.stderr : process.stdout;
  return createConsoleReporter({
    write: (text) => (live ? live.write(text) : void stream.write(text)),
    color: colorOn(stream),
    get width() {
      return columnsOf(stream);
    },
    ...{ live, verbose, startedAtMillis, threads },
    readSource: createSourceReader(projectDir),
    showPath: (fileName) => relative(process.cwd(), join(projectDir, fileName)),
  });
}

async function writeReports(
  result: RunResult,
  graph: ExecutionGraph | undefined,
  options: RunAndReportOptions,
): Promise<void> {
  const { projectDir, database } = options;
  const details = { graph, readSource: createSourceReader(projectDir) };
  const { readSource } = details;
  const context = { project: basename(projectDir), database: database.description, readSource };
  if (options.json) process.stdout.write(forWorkflow(formatRunResults(result, context)));
  await writeRunResults(projectDir, result, context);
  const junit = options.junit ?? join(projectDir, "target", "assertions.xml");
  await writeFileAtomically(junit, formatJunit(result, details), projectDir);
  const summary = summaryFile(options);
  if (summary)
    await appendMarkdownSummary(summary, formatMarkdownSummary(result, details), projectDir);
  if (process.env.GITHUB_ACTIONS === "true") annotate(result, projectDir, details);
}

function summaryFile({ summary }: Pick<RunAndReportOptions, "summary">): string | undefined {
  return summary ?? process.env.GITHUB_STEP_SUMMARY;
}

// GitHub reads commands from both streams; stdout may have to stay pure JSON.
function annotate(
  result: RunResult,
  projectDir: string,
  details: Pick<Parameters<typeof formatGithubAnnotations>[1], "graph" | "readSource">,
): void {
  const workspace = process.env.GITHUB_WORKSPACE ?? process.cwd();
  for (const line of formatGithubAnnotations(result, { workspace, projectDir, ...details })) {
    process.stderr.write(`${line}\n`);
  }
}

/** The exit code of what ended with this status. */
export function exitCodeOf({ status }: Pick<RunResult, "status">): number {
  switch (status) {
    case "successful":
      return 0;
    case "failed":
      return 1;
    case "timed_out":
      return 6;
    case "cancelled":
      return 130;
  }
}
