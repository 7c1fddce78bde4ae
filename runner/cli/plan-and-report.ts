import { join, relative } from "node:path";
import { createSourceReader } from "../report/console/read-source.ts";
import { formatFindings } from "../report/plan/format-findings.ts";
import { formatPlan } from "../report/plan/format-plan.ts";
import { planJson } from "../report/plan/plan-json.ts";
import { type RunProjectOptions, validateProject } from "../run-project.ts";
import { colorOn } from "./output.ts";
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
  /** Ends the plan. */
  stop: StopSignal;
}

/** Plans a project, has PostgreSQL check the plan, prints it; gives 1 when something is refused. */
export async function planAndReport(options: PlanAndReportOptions): Promise<number> {
  const { stop, ...rest } = options;
  const { projectDir, json, verbose, showSql } = options;
  const runLog = runLogOf(projectDir);
  const { graph, findings } = await validateProject({ ...rest, runLog, signal: stop.signal });
  if (json) {
    process.stdout.write(planJson(graph, findings, createSourceReader(projectDir)));
  } else {
    if (showSql) process.stdout.write(`${formatPlan(graph)}\n`);
    const text = formatFindings(graph, findings, {
      verbose,
      color: colorOn(process.stdout),
      maxWidth: process.stdout.columns,
      readSource: createSourceReader(projectDir),
      showPath: (fileName) => relative(process.cwd(), join(projectDir, fileName)),
    });
    process.stdout.write(text);
  }
  return findings.actions.some(({ status }) => status === "failed") ? 1 : 0;
}
