import { windowsQuery } from "../../site/read/metric-queries.ts";
import { queries } from "../../site/read/queries.ts";
import type { Panel } from "../dashboard.ts";
import { cut, keptShares, minutesOrNever, recoveryTimes, showing } from "../sql.ts";
import { shared } from "./columns.ts";

/** The tables and lines below the numbers of the overview. */
export const overviewLists: Panel[] = [
  {
    name: "applications",
    title: "Which application keeps its objective least often?",
    description:
      "Tests of the window by application, with Wilson's 95 % interval. Percentiles are empty below 20 recoveries; 'never' is a test that did not recover while it was watched.",
    as: "table",
    width: 24,
    height: 9,
    columns: {
      ...shared,
      median: { label: "Median recovery" },
      p95: { label: "95th percentile" },
      longest_minutes: { label: "Longest recovery", unit: "m", decimals: 1 },
      error_budget_used_pct: { label: "Error budget used", unit: "percent", badFrom: 100.1 },
    },
    sql: ({ context, windowDays, isChosen }) =>
      showing(
        windowsQuery(context),
        `
        select
          app_name,
          ${keptShares},
          rto_breached_tests as breached_tests,
          unrecovered_tests,
          ${recoveryTimes},
          ceil(error_budget_used_pct * 10) / 10 as error_budget_used_pct,
          total_tests,
          synthetic_tests
        from rows
        where window_days = ${windowDays} and ${isChosen("app_name", "application")}
        order by kept_pct nulls last, app_name`,
      ),
  },
  {
    name: "objectives-kept-by-week",
    title: "Better or worse?",
    description:
      "Objectives kept, in per cent, in spans of 7 days that end with the newest day of tests, for twelve weeks. A span without judged tests has no point.",
    as: "lines",
    width: 24,
    height: 9,
    columns: { "": { unit: "percent", decimals: 1 } },
    sql: ({ context, isChosen, isShown, startOf }) =>
      showing(
        queries.spans_of_7_days(context),
        `
        select time, metric, kept_pct
        from (
          select
            ${startOf("rows.last_date")} as time,
            dim_applications.app_name as metric,
            ${cut("rows.kept_pct")}::double precision as kept_pct
          from rows
          inner join ${context.of("dim_applications")} as dim_applications
            on rows.app_id = dim_applications.app_id
          where rows.kept_pct is not null and ${isChosen("app_name", "application")}
        ) as spans
        where ${isShown("time")}
        order by 1, 2`,
      ),
  },
  {
    name: "due",
    title: "What was never tested, or is due?",
    description: "Required pairs that never were tested, are overdue or are due soon.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      ...shared,
      urgency: {
        label: "Urgency",
        colours: { never_tested: "bad", overdue: "bad", due_soon: "unknown" },
      },
      days_overdue: { label: "Days overdue", unit: "d" },
      last_test_date: { label: "Last test" },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.overdue_tests(context),
        `
        select app_name, scenario_name, urgency, days_overdue, last_test_date, owner_team
        from rows
        where ${isChosen("app_name", "application")}
        order by days_overdue desc nulls first, app_name, scenario_name`,
      ),
  },
  {
    name: "recovery-by-scenario",
    title: "How long does recovery take, by kind of fault?",
    description:
      "Tests of all applications in the window. Percentiles are empty below 20 recoveries.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      ...shared,
      recovered_tests: { label: "Recovered", unit: "short" },
      median: { label: "Median" },
      p95: { label: "95th percentile" },
      longest_minutes: { label: "Longest", unit: "m", decimals: 1 },
    },
    sql: ({ context, windowDays }) =>
      showing(
        queries.recovery_distribution(context),
        `
        select
          scenario_name,
          recovered_tests,
          unrecovered_tests,
          ${recoveryTimes}
        from rows
        where window_days = ${windowDays}
        order by p95_recovery_seconds desc nulls last, scenario_name`,
      ),
  },
  {
    name: "closest-to-a-breach",
    title: "Who is closest to a breach?",
    description:
      "The worst recovery of each pair in per cent of the objective of its day; no per cent where it never came.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      ...shared,
      rto_used_pct: { label: "Objective used", unit: "percent", decimals: 1, badFrom: 100.1 },
      worst: { label: "Worst recovery", colours: { never: "bad" } },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.rto_margin_ranking(context),
        `
        select
          app_name,
          scenario_name,
          ceil(nullif(rto_used_pct, 'Infinity') * 10) / 10 as rto_used_pct,
          ${minutesOrNever("worst_recovery_seconds")} as worst,
          rto_minutes,
          judged_tests,
          breached_tests
        from rows
        where ${isChosen("app_name", "application")}
        order by margin_rank
        limit 200`,
      ),
  },
  {
    name: "longer-dependencies",
    title: "Who needs something that recovers later?",
    description:
      "Applications whose objective is shorter than that of something they need, so that it cannot be kept.",
    as: "table",
    width: 12,
    height: 9,
    columns: {
      ...shared,
      dependency_app_name: { label: "Needs" },
      dependency_rto_minutes: { label: "Its objective", unit: "m" },
      problem: { label: "Problem" },
      path: { label: "By way of" },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.dependencies_with_longer_rto(context),
        `
        select app_name, dependency_app_name, rto_minutes, dependency_rto_minutes, problem, path
        from rows
        where ${isChosen("app_name", "application")}
        order by excess_minutes desc nulls first, app_name, dependency_app_name`,
      ),
  },
  {
    name: "flaky-pairs",
    title: "What is flaky, or slower than before?",
    description:
      "Pairs whose last tests partly passed and partly failed, or whose median recovery grew.",
    as: "table",
    width: 24,
    height: 8,
    columns: {
      ...shared,
      is_flaky: { label: "Flaky" },
      is_regressed: { label: "Slower" },
      recent_tests: { label: "Last tests", unit: "short" },
      recent_failed_tests: { label: "Of these failed", unit: "short" },
      recent_median: { label: "Median of the last recoveries" },
      previous_median: { label: "Median of those before" },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.flaky_and_regressed_pairs(context),
        `
        select
          app_name,
          scenario_name,
          is_flaky,
          is_regressed,
          recent_tests,
          recent_failed_tests,
          ${minutesOrNever("recent_median_seconds")} as recent_median,
          ${minutesOrNever("previous_median_seconds")} as previous_median
        from rows
        where ${isChosen("app_name", "application")}
        order by app_name, scenario_name`,
      ),
  },
];
