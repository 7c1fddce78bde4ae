import { join, relative } from "node:path";
import { errorLine, type ReadSource } from "../report/console/format-error.ts";
import { createSourceReader } from "../report/console/read-source.ts";
import { forWorkflow } from "../report/for-workflow.ts";
import type { Annotation } from "../report/github/github-annotations.ts";
import { appendMarkdownSummary, markdownPlan } from "../report/github/markdown-summary.ts";
import { type FindingOptions, formatFindings } from "../report/plan/format-findings.ts";
import { formatPlan } from "../report/plan/format-plan.ts";
import { planJson } from "../report/plan/plan-json.ts";
import { type RunProjectOptions, type ValidatedPlan, validateProject } from "../run-project.ts";
import { targetName } from "../target.ts";
import { annotate } from "./annotate.ts";
import { colorOn, columnsOf } from "./output.ts";
import { runLogOf } from "./resume-arguments.ts";
import type { StopSignal } from "./signals.ts";

/** A plan of the command line: of what, and how it is shown. */
export interface PlanAndReportOptions extends Omit<RunProjectOptions, "listener" | "signal"> {
  /** The execution graph with the findings as JSON on stdout instead of lines for people. */
  json?: boolean | undefined;
  /** Also what a run would leave as it is. */
  verbose?: boolean | undefined;
  /** Also the SQL of every action. */
  showSql?: boolean | undefined;
  /** Markdown file that the plan is appended to; GITHUB_STEP_SUMMARY unless given. */
  summary?: string | undefined;
  /** Ends the plan. */
  stop: StopSignal;
}

/**
 * Plans a project, has PostgreSQL check the plan, prints it; returns 1 when something is refused.
 */
export async function planAndReport(options: PlanAndReportOptions): Promise<number> {
  const { stop, changedSince: ref, summary = process.env.GITHUB_STEP_SUMMARY } = options;
  const { projectDir, json, verbose, showSql } = options;
  const { graph, findings } = await planOf(options);
  const readSource = createSourceReader(projectDir);
  const layout = {
    ...{ verbose, readSource },
    showPath: (fileName: string) => relative(process.cwd(), join(projectDir, fileName)),
  };
  const unchanged = `nothing has changed since ${ref}\n`;
  const textWith = (more: FindingOptions) =>
    ref !== undefined && graph.actions.length === 0
      ? unchanged
      : formatFindings(graph, findings, { ...layout, ...more });
  if (json) {
    process.stdout.write(forWorkflow(planJson(graph, findings, readSource)));
  } else {
    if (showSql) process.stdout.write(`${forWorkflow(formatPlan(graph))}\n`);
    process.stdout.write(
      textWith({ color: colorOn(process.stdout), maxWidth: columnsOf(process.stdout) }),
    );
  }
  if (summary) await appendMarkdownSummary(summary, markdownPlan(textWith({})), projectDir);
  annotate(problemsIn({ graph, findings }, readSource), projectDir);
  const isRefused = findings.actions.some(({ status }) => status === "failed");
  return stop.exitCode() ?? (isRefused ? 1 : 0);
}

function planOf({ stop, ...rest }: PlanAndReportOptions) {
  return validateProject({ ...rest, runLog: runLogOf(rest.projectDir), signal: stop.signal });
}

function problemsIn({ graph, findings }: ValidatedPlan, readSource: ReadSource): Annotation[] {
  return findings.actions.flatMap(({ error }, index) => {
    const action = graph.actions[index];
    if (error === undefined || action === undefined) return [];
    const { fileName, type, target } = action;
    const line = errorLine(error, fileName, readSource) ?? 1;
    const title = `${type} ${targetName(target)} would fail`;
    return [{ fileName, line, title, message: error.message }];
  });
}
