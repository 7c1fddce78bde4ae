import { slowerThanUsual } from "../../runner/results/slower-than-usual.ts";
import type { Column, Dashboard, Panel } from "../dashboard.ts";
import { withoutMargin } from "../sql.ts";
import { projects } from "./variables.ts";

const runStatus = {
  label: "Status",
  colours: {
    successful: "good",
    failed: "bad",
    timed_out: "bad",
    interrupted: "bad",
    cancelled: "unknown",
  },
} as const satisfies Column;

const panels: Panel[] = [
  {
    name: "newest-run",
    title: "How did the newest run end?",
    description:
      "The newest run of the chosen projects, whatever the shown time, and how many of its actions failed.",
    as: "table",
    width: 12,
    height: 5,
    columns: {
      project: { label: "Project" },
      status: runStatus,
      started_at: { label: "Began", unit: "dateTimeAsIso" },
      duration_seconds: { label: "Took", unit: "s" },
      failed: { label: "Failed actions", unit: "short", badFrom: 1 },
      skipped: { label: "Skipped actions", unit: "short" },
      warnings: { label: "Warnings", unit: "short" },
    },
    sql: ({ history, isChosen }) =>
      withoutMargin(`
        select project, status, started_at, duration_seconds, failed, skipped, warnings
        from ${history("run_overview")} as run_overview
        where ${isChosen("project", "project")}
        order by started_at desc
        limit 1`),
  },
  {
    name: "failing-now-count",
    title: "What fails now?",
    description: "Actions and assertions that failed, or warned, the last time that they ran.",
    as: "numbers",
    width: 12,
    height: 5,
    columns: {
      failing: { label: "Fail", unit: "short", badFrom: 1 },
      warning: { label: "Warn", unit: "short" },
    },
    sql: ({ history }) =>
      withoutMargin(`
        select
          count(*) filter (where status = 'failed') as failing,
          count(*) filter (where status <> 'failed') as warning
        from ${history("failing_now")} as failing_now`),
  },
  {
    name: "run-durations",
    title: "How long do runs take?",
    description: "Seconds of each run that ended, at the time at which it began.",
    as: "points",
    width: 12,
    height: 9,
    columns: { "": { unit: "s", decimals: 1 } },
    sql: ({ history, isChosen, isShown }) =>
      withoutMargin(`
        select
          started_at as time,
          project as metric,
          duration_seconds::double precision as duration_seconds
        from ${history("run_overview")} as run_overview
        where duration_seconds is not null
          and ${isChosen("project", "project")}
          and ${isShown("started_at")}
        order by 1, 2`),
  },
  {
    name: "failed-actions",
    title: "How many actions failed, warned or were skipped?",
    description: "Of each run, at the time at which it began.",
    as: "bars",
    width: 12,
    height: 9,
    columns: { "": { unit: "short", decimals: 0 } },
    sql: ({ history, isChosen, isShown }) =>
      withoutMargin(`
        select started_at as time, failed, skipped, warnings
        from ${history("run_overview")} as run_overview
        where ${isChosen("project", "project")} and ${isShown("started_at")}
        order by 1`),
  },
  {
    name: "failing-now",
    title: "What fails, and since when?",
    description:
      "Actions and assertions that failed, or warned, the last time that they ran. Messages are not here, because they may hold values: `dataform history` has them.",
    as: "table",
    width: 24,
    height: 8,
    columns: {
      action_name: { label: "Action" },
      type: { label: "Kind" },
      status: runStatus,
      verdict: { label: "Verdict" },
      rule: { label: "Rule" },
      failing_rows: { label: "Failing rows", unit: "short" },
      first_failed_at: { label: "Since", unit: "dateTimeAsIso" },
      run_id: { label: "Run" },
    },
    sql: ({ history }) =>
      withoutMargin(`
        select
          schema_name || '.' || action_name as action_name,
          type,
          status,
          verdict,
          rule,
          failing_rows,
          first_failed_at,
          run_id
        from ${history("failing_now")} as failing_now
        order by status = 'failed' desc, first_failed_at, action_name`),
  },
  {
    name: "slower-actions",
    title: "What took longer than usual?",
    description:
      "Successful actions of the shown time that took half as much again as the median of their last 20 times, at least half a second more, and were successful three times before.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      action_name: { label: "Action" },
      started_at: { label: "Began", unit: "dateTimeAsIso" },
      duration_seconds: { label: "Took", unit: "s" },
      usual_seconds: { label: "Usually", unit: "s" },
      lock_wait_seconds: { label: "Waited for locks", unit: "s" },
    },
    sql: ({ history, isShown }) =>
      withoutMargin(`
        select
          schema_name || '.' || action_name as action_name,
          started_at,
          duration_seconds,
          usual_seconds,
          lock_wait_seconds
        from ${history("action_durations")} as action_durations
        where ${isShown("started_at")}
          and compared_runs >= ${slowerThanUsual.comparedRuns}
          and duration_seconds >= usual_seconds * ${slowerThanUsual.times}
          and duration_seconds >= usual_seconds + ${slowerThanUsual.seconds}
        order by started_at desc
        limit 200`),
  },
  {
    name: "longest-actions",
    title: "What takes longest?",
    description: "Time of all successful runs of an action in the shown time.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      action_name: { label: "Action" },
      type: { label: "Kind" },
      runs: { label: "Runs", unit: "short" },
      total_seconds: { label: "In all", unit: "s" },
      mean_seconds: { label: "Each", unit: "s" },
      queue_seconds: { label: "Waited for a thread", unit: "s" },
    },
    sql: ({ history, isShown }) =>
      withoutMargin(`
        select
          schema_name || '.' || action_name as action_name,
          type,
          count(*) as runs,
          round(sum(duration_seconds), 2) as total_seconds,
          round(avg(duration_seconds), 2) as mean_seconds,
          round(sum(queue_seconds)::numeric, 2) as queue_seconds
        from ${history("action_durations")} as action_durations
        where ${isShown("started_at")}
        group by 1, 2
        order by total_seconds desc, action_name
        limit 50`),
  },
  {
    name: "failing-rows",
    title: "How many rows break a rule?",
    description: "Failing rows of each assertion that found some in the shown time, by check.",
    as: "lines",
    width: 24,
    height: 9,
    columns: { "": { unit: "short", decimals: 0 } },
    sql: ({ history, isShown }) =>
      withoutMargin(`
        select
          checked_at as time,
          schema_name || '.' || assertion_name as metric,
          failing_rows::double precision as failing_rows
        from ${history("assertion_trend")} as assertion_trend
        where failing_rows > 0 and ${isShown("checked_at")}
        order by 1, 2
        limit 5000`),
  },
  {
    name: "runs",
    title: "Runs",
    description: "Runs of the shown time, the newest first.",
    as: "table",
    width: 24,
    height: 10,
    columns: {
      project: { label: "Project" },
      status: runStatus,
      started_at: { label: "Began", unit: "dateTimeAsIso" },
      duration_seconds: { label: "Took", unit: "s" },
      successful: { label: "Successful", unit: "short" },
      failed: { label: "Failed", unit: "short", badFrom: 1 },
      skipped: { label: "Skipped", unit: "short" },
      warnings: { label: "Warnings", unit: "short" },
      git_commit: { label: "Commit" },
      git_branch: { label: "Branch" },
      run_id: { label: "Run" },
    },
    sql: ({ history, isChosen, isShown }) =>
      withoutMargin(`
        select
          started_at,
          project,
          status,
          duration_seconds,
          successful,
          failed,
          skipped,
          warnings,
          left(git_commit, 12) as git_commit,
          git_branch,
          run_id
        from ${history("run_overview")} as run_overview
        where ${isChosen("project", "project")} and ${isShown("started_at")}
        order by started_at desc
        limit 500`),
  },
];

/** The runs of `dataform run` that the database remembers. */
export const runs: Dashboard = {
  uid: "dataform-runs",
  title: "Runs",
  description: "Did the runs succeed, what fails since when, and what became slow?",
  variables: [projects],
  from: "now-30d",
  panels,
};
