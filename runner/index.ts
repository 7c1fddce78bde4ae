export { type AuditProjectOptions, auditProject } from "./audit/audit-project.ts";
export type { AuditResult, TableAudit } from "./audit/audit-result.ts";
export { type CompileOptions, compileProject } from "./compile/compile-project.ts";
export type { CompiledGraph } from "./compile/compiled-graph.ts";
export type { Database, QueryResult, Session } from "./database/database.ts";
export { type OpenDatabaseOptions, openDatabase } from "./database/open-database.ts";
export { ActionFailure, type ErrorCode, RunnerError, type SqlError, SqlFailure } from "./errors.ts";
export type { ExecutionAction, ExecutionGraph, ExecutionTask } from "./plan/execution-graph.ts";
export type { RunConfig } from "./plan/run-config.ts";
export type { ActionFinding, ColumnChange, PlanFindings } from "./results/plan-findings.ts";
export type { RunEvent, RunListener } from "./results/run-event.ts";
export type { ActionResult, RunResult, TaskResult } from "./results/run-result.ts";
export type { UnitTestResult, UnitTestRun } from "./results/unit-test-result.ts";
export {
  planProject,
  type RunProjectOptions,
  runProject,
  validateProject,
} from "./run-project.ts";
export { type Target, targetKey, targetName } from "./target.ts";
export { type TestProjectOptions, testProject } from "./test-project.ts";
