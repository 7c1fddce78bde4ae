import { queries } from "../../site/read/queries.ts";
import type { Panel } from "../dashboard.ts";
import { cut, keptShares, showing } from "../sql.ts";
import { shared } from "./columns.ts";

/** The numbers at the top of the overview. */
export const overviewNumbers: Panel[] = [
  {
    name: "objectives-kept",
    title: "Recovered within the objective",
    description:
      "Tests that met the recovery time objective of their day in per cent of those that met or breached it, and Wilson's 95 % interval of that share. Percentages are cut, not rounded.",
    as: "numbers",
    width: 12,
    height: 5,
    columns: shared,
    sql: ({ context, windowDays }) =>
      showing(
        queries.all_applications(context),
        `
        select
          ${keptShares}
        from rows
        where window_days = ${windowDays}`,
      ),
  },
  {
    name: "never-recovered",
    title: "Never recovered, breached, made up",
    description:
      "Tests that did not recover while they were watched, tests that took longer than the objective, and how many of all tests a generator made.",
    as: "numbers",
    width: 12,
    height: 5,
    columns: shared,
    sql: ({ context, windowDays }) =>
      showing(
        queries.all_applications(context),
        `
        select
          unrecovered_tests,
          rto_breached_tests as breached_tests,
          total_tests,
          synthetic_tests
        from rows
        where window_days = ${windowDays}`,
      ),
  },
  {
    name: "passed-but-breached-count",
    title: "Passed, but too slow",
    description: "Tests that passed by their tool's word and took longer than the objective.",
    as: "numbers",
    width: 6,
    height: 4,
    columns: {
      passed_but_breached_tests: { label: "Passed, breached", unit: "short", badFrom: 1 },
    },
    sql: ({ context, windowDays, isChosen }) =>
      showing(
        queries.passed_but_breached_by_window(context),
        `
        select coalesce(sum(rows.passed_but_breached_tests), 0) as passed_but_breached_tests
        from rows
        inner join ${context.of("dim_applications")} as dim_applications
          on rows.app_id = dim_applications.app_id
        where window_days = ${windowDays} and ${isChosen("app_name", "application")}`,
      ),
  },
  {
    name: "open-findings-count",
    title: "Open findings",
    description:
      "Pairs of application and scenario whose test failed or breached and that no later test has shown to be good again.",
    as: "numbers",
    width: 6,
    height: 4,
    columns: {
      open_findings: { label: "Open", unit: "short", badFrom: 1 },
      failed_again: { label: "Of these re-tested, not yet good", unit: "short", badFrom: 1 },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.findings(context),
        `
        select
          count(*) as open_findings,
          count(*) filter (where state = 'failed_again') as failed_again
        from rows
        where closed_at is null and ${isChosen("app_name", "application")}`,
      ),
  },
  {
    name: "coverage-count",
    title: "Required tests",
    description:
      "Pairs of application and scenario that must be tested: how many were tested recently enough, how many are overdue, and how many never were tested.",
    as: "numbers",
    width: 12,
    height: 4,
    columns: {
      coverage_pct: { label: "Covered", unit: "percent", decimals: 1 },
      required_pairs: { label: "Required", unit: "short" },
      overdue_pairs: { label: "Overdue", unit: "short", badFrom: 1 },
      never_tested_pairs: { label: "Never tested", unit: "short", badFrom: 1 },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.coverage_by_application(context),
        `
        select
          ${cut("100.0 * sum(covered_pairs) / nullif(sum(required_pairs), 0)")} as coverage_pct,
          sum(required_pairs) as required_pairs,
          sum(overdue_pairs) as overdue_pairs,
          sum(never_tested_pairs) as never_tested_pairs
        from rows
        where ${isChosen("app_name", "application")}`,
      ),
  },
];
