import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { RunnerError } from "../errors.ts";
import { nearestNames } from "../text/nearest-names.ts";
import { visibleText } from "../text/terminal-text.ts";
import { withoutWorkflowCommands } from "../text/workflow-commands.ts";
import { checkGraph } from "./checks/check-graph.ts";
import { projectSettingsFailure } from "./checks/check-project-settings.ts";
import { noPropertyGraph, withDescribedErrors } from "./checks/describe-errors.ts";
import { settingsKeys } from "./checks/settings-keys.ts";
import type { CompiledGraph } from "./compiled-graph.ts";
import type { SettingsFailure } from "./compiler-process/core/compile-with-core.js";
import { defaultHeapMegabytes, takeEarlyCompiler } from "./early-compiler.ts";
import { findProject } from "./find-project.ts";
import { withFreshness } from "./freshness.ts";
import { listProjectFiles } from "./list-project-files.ts";
import { runCompilerProcess } from "./processes/run-compiler-process.ts";
import { withSettings } from "./settings/with-settings.ts";
import { shortenAssertionNames } from "./shorten-assertion-names.ts";
import { withUsualRows } from "./usual-rows.ts";

/** Project settings that the command line may set anew; `vars` are added to those of the project. */
export interface ProjectOverrides {
  defaultDatabase?: string;
  defaultSchema?: string;
  defaultLocation?: string;
  assertionSchema?: string;
  databaseSuffix?: string;
  schemaSuffix?: string;
  tablePrefix?: string;
  builtinAssertionNamePrefix?: string;
  disableAssertions?: boolean;
  defaultReservation?: string;
  includeTestsInCompiledGraph?: boolean;
  vars?: Record<string, string>;
}

/** What to compile, and the limits of the process that does it. */
export interface CompileOptions {
  projectDir: string;
  overrides?: ProjectOverrides;
  /** 30,000 unless set. */
  timeoutMillis?: number | undefined;
  /** 1,024 unless set. */
  maxHeapMegabytes?: number;
  /** 256 MB unless set. */
  maxAnswerBytes?: number;
  signal?: AbortSignal;
  /** Also read the folder `unit_tests`, and give the tests in parts. */
  unitTests?: boolean;
  /** Files that are compiled as if they were there: their text by their path in the project. */
  addedFiles?: Readonly<Record<string, string>>;
  /** Files that are compiled as if they were not there, by their path in the project. */
  missingFiles?: ReadonlySet<string>;
  /** Gets what the project's own code printed; unless set, it goes to standard error. */
  onOutput?: (text: string) => void;
  /** Gets each thing to tell about the project that is no error; unless set, it goes to standard error. */
  onNotice?: (text: string) => void;
  /** A compiler process that was prepared for this project (`tryPrepareCompiler`). */
  child?: ChildProcess | undefined;
}

/**
 * Takes a project folder and returns its compiled graph as Dataform's own command prints it, in
 * PostgreSQL's dialect, with the typed `settings` of its actions. Errors in the project's files are in
 * `graphErrors`: `assertCompiled` throws them. Throws a `RunnerError` when the folder is no project, its settings are wrong or the compiler
 * had to be stopped.
 */
export async function compileProject(options: CompileOptions): Promise<CompiledGraph> {
  const projectDir = findProject(options.projectDir);
  const { addedFiles = {}, missingFiles } = options;
  const files = new Set([...listProjectFiles(projectDir), ...Object.keys(addedFiles)]);
  const filePaths = [...files].filter((file) => !missingFiles?.has(file)).sort();
  const answer = await runCompilerProcess({
    projectDir,
    filePaths,
    overrides: options.overrides ?? {},
    timeoutMillis: options.timeoutMillis ?? 30_000,
    maxHeapMegabytes: options.maxHeapMegabytes ?? defaultHeapMegabytes,
    maxAnswerBytes: options.maxAnswerBytes ?? 256 * 2 ** 20,
    signal: options.signal,
    unitTests: options.unitTests ?? false,
    ...{ addedFiles, missingFiles },
    onOutput: options.onOutput ?? printOutput,
    child: options.child ?? earlyCompiler(projectDir, options),
  });
  if ("settingsFailure" in answer) throw invalidSettings(answer.settingsFailure, projectDir);
  const failure = projectSettingsFailure(answer.graph, projectDir);
  if (failure) throw invalidSettings(failure, projectDir);
  const { onNotice = printNotice } = options;
  const { graph: shortened, renamed } = shortenAssertionNames(answer.graph);
  for (const text of [...(answer.notices ?? []), ...renamed]) onNotice(text);
  const { graph: typed, problems } = withSettings(shortened);
  const graph = checkGraph(withUsualRows(withFreshness(typed)), problems, projectDir);
  return withDescribedErrors(refusePropertyGraphs(graph, filePaths), projectDir);
}

function earlyCompiler(projectDir: string, { maxHeapMegabytes }: CompileOptions) {
  return maxHeapMegabytes === undefined ? takeEarlyCompiler(projectDir) : undefined;
}

// Newer versions of core read `graph.yaml`; this one does not look at it.
function refusePropertyGraphs(graph: CompiledGraph, filePaths: string[]): CompiledGraph {
  const found = filePaths.filter((file) => /^definitions\/(?:.*\/)?graph\.yaml$/.test(file));
  if (found.length === 0) return graph;
  const errors = found.map((fileName) => ({ fileName, message: noPropertyGraph }));
  const known = graph.graphErrors?.compilationErrors ?? [];
  return { ...graph, graphErrors: { compilationErrors: [...known, ...errors] } };
}

function printNotice(text: string): void {
  const line = visibleText(text).replaceAll("\n", " ");
  process.stderr.write(withoutWorkflowCommands(`notice: ${line}\n`));
}

function invalidSettings(failure: SettingsFailure, projectDir: string): RunnerError {
  const { fileName, line, message } = failure;
  const place = path.join(projectDir, fileName) + (line === undefined ? "" : `:${line}`);
  const hint = failure.hint ?? settingsHint(fileName, message);
  return new RunnerError("PROJECT_INVALID", `${place}: ${message}`, {
    ...(hint !== undefined && { hint }),
    place: { fileName, message, ...(line !== undefined && { line }) },
  });
}

function settingsHint(fileName: string, message: string): string | undefined {
  const key = /^Unexpected property "([^"]+)"/.exec(message)?.[1];
  const known = settingsKeys(fileName);
  // Core says the same of a key that it knows, when the value is of the wrong type.
  if (key === undefined || known.includes(key)) return undefined;
  const [nearest] = nearestNames(key, known, 1);
  return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
}

/** CI systems take no line of a project for a command to them: neither one with this prefix, nor `##[` in it. */
function printOutput(text: string): void {
  const lines = visibleText(text).trimEnd().split("\n");
  process.stderr.write(
    withoutWorkflowCommands(lines.map((line) => `[project] ${line}\n`).join("")),
  );
}
