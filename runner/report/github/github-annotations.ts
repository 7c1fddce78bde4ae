import { isAbsolute, join, relative, sep } from "node:path";
import type { ExecutionGraph } from "../../plan/execution-graph.ts";
import type { ActionResult, RunResult } from "../../results/run-result.ts";
import { targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";
import {
  type AssertionReport,
  collectAssertions,
  errorOf,
  findingOf,
  isWarning,
} from "../assertion-report.ts";
import { errorLine, type ReadSource } from "../console/format-error.ts";
import { findRuleLine } from "../console/rule-line.ts";
import { limitList, limitText } from "../limit-text.ts";

/** Where the files of the project are in the repository. */
export interface AnnotationOptions {
  /** `GITHUB_WORKSPACE`: annotations name files from here. */
  workspace: string;
  /** Absolute path of the project folder. */
  projectDir: string;
  readSource?: ReadSource | undefined;
  /** Gives the rules of assertions. */
  graph?: ExecutionGraph | undefined;
}

/** A problem at a line of a file of the project. */
export interface Annotation {
  /** Relative to the project folder. */
  fileName: string;
  line: number;
  title: string;
  message: string;
}

// GitHub shows 10 of each kind per step and silently drops the others.
const mostErrors = 10;
const longestMessage = 4000;

/**
 * Takes a run result and returns workflow commands, one per line: an error at the SQLX file for each
 * failed action and assertion, a warning for each assertion that only warns, at most 10 of each, and
 * a notice with the number of the others.
 */
export function formatGithubAnnotations(result: RunResult, options: AnnotationOptions): string[] {
  const assertions = new Map(
    collectAssertions(result, options.graph).map((report) => [report.action, report]),
  );
  const commandsFor = (actions: ActionResult[], level: Level) => {
    const annotations = actions.map((each) => annotationOf(each, assertions.get(each), options));
    return commandsOf(annotations, level, options);
  };
  const failed = result.actions.filter(({ status }) => status === "failed");
  return [
    ...commandsFor(failed, "error"),
    ...commandsFor(result.actions.filter(isWarning), "warning"),
  ];
}

/** Takes problems and returns workflow commands, one per line: at most 10 errors, and how many are left. */
export function formatProblems(
  problems: readonly Annotation[],
  options: Pick<AnnotationOptions, "workspace" | "projectDir">,
): string[] {
  return commandsOf(problems, "error", options);
}

type Level = "error" | "warning";

function commandsOf(
  annotations: readonly Annotation[],
  level: Level,
  options: AnnotationOptions,
): string[] {
  const { shown, left } = limitList([...annotations], mostErrors);
  const commands = shown.map((each) => command(level, each, options));
  if (left === 0) return commands;
  const word = level === "error" ? "failures" : "warnings";
  return [...commands, `::notice title=dataform::${left} more ${word}: see the log or the summary`];
}

function annotationOf(
  action: ActionResult,
  assertion: AssertionReport | undefined,
  { readSource }: AnnotationOptions,
): Annotation {
  const { fileName } = action;
  const error = errorOf(action);
  if (assertion && !error) {
    return {
      fileName,
      line: findRuleLine(readSource?.(fileName), assertion.rule),
      title: `Assertion ${assertion.verdict === "warning" ? "warns" : "failed"} on ${assertion.table}`,
      message: `${assertion.rule}: ${findingOf(assertion)}`,
    };
  }
  const state = error?.sqlstate === undefined ? "" : ` (SQLSTATE ${error.sqlstate})`;
  const hint = error?.hint === undefined ? "" : `\nhint: ${error.hint}`;
  return {
    fileName,
    line: error ? (errorLine(error, fileName, readSource) ?? 1) : 1,
    title: `${action.type} ${targetName(action.target)} failed`,
    message: `${error?.message ?? action.reason ?? "failed"}${state}${hint}`,
  };
}

function command(level: Level, annotation: Annotation, options: AnnotationOptions): string {
  const file = pathInRepository(annotation.fileName, options);
  const place = file === undefined ? "" : `file=${property(file)},line=${annotation.line},`;
  const message = data(limitText(annotation.message, longestMessage));
  return `::${level} ${place}title=${property(limitText(annotation.title, 200))}::${message}`;
}

function pathInRepository(fileName: string, options: AnnotationOptions): string | undefined {
  const path = relative(options.workspace, join(options.projectDir, fileName));
  if (path.startsWith("..") || isAbsolute(path)) return undefined;
  return path.split(sep).join("/");
}

function data(text: string): string {
  return visibleText(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
