import { testsOfApplication } from "../../site/read/application-queries.ts";
import { queries } from "../../site/read/queries.ts";
import type { Dashboard, Panel } from "../dashboard.ts";
import { keptShares, minutes, recoveryOfTest, showing } from "../sql.ts";
import { applicationUid, shared } from "./columns.ts";
import { application, windowDays } from "./variables.ts";

const numbers: Panel[] = [
  {
    name: "objectives",
    title: "What must it keep?",
    description: "The objectives that are valid today.",
    as: "table",
    width: 24,
    height: 4,
    columns: {
      ...shared,
      is_critical: { label: "Critical" },
      rpo_minutes: { label: "Recovery point objective", unit: "m" },
      slo_percent: { label: "Availability objective", unit: "percent" },
      valid_from: { label: "Valid from" },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.applications(context),
        `
        select app_name, owner_team, is_critical, rto_minutes, rpo_minutes, slo_percent, valid_from
        from rows
        where ${isChosen("app_name", "application")}
        order by app_name`,
      ),
  },
  {
    name: "kept",
    title: "Does it keep its objective?",
    description:
      "Tests that met the recovery time objective of their day in per cent of those that met or breached it, and Wilson's 95 % interval of that share.",
    as: "numbers",
    width: 24,
    height: 5,
    columns: shared,
    sql: ({ context, windowDays }) =>
      showing(
        queries.all_applications(context),
        `
        select
          ${keptShares},
          unrecovered_tests,
          total_tests,
          synthetic_tests
        from rows
        where window_days = ${windowDays}`,
      ),
  },
  {
    name: "recovery-by-test",
    title: "How long did each recovery take, beside the objective of its day?",
    description:
      "Tests of the last 90 days with tests, in minutes. A test that never recovered has no point here; it is in the list of failed and breached tests.",
    as: "points",
    width: 24,
    height: 9,
    columns: { "": { unit: "m", decimals: 1 }, rto_minutes: { label: "Objective" } },
    sql: ({ context, isChosen, isShown }) =>
      showing(
        testsOfApplication(
          context,
          `any(array(select app_id from ${context.of("dim_applications")} where ${isChosen("app_name", "application")}))`,
          [],
        ),
        `
        select
          start_time as time,
          ${minutes("recovery_seconds")}::double precision as recovery_minutes,
          rto_minutes::double precision as rto_minutes
        from rows
        where recovery_seconds is not null and ${isShown("start_time")}
        order by 1`,
      ),
  },
  {
    name: "pass-rate-by-day",
    title: "Tests by day",
    description:
      "Conclusive tests and those that failed by their tool's word, by day of the start.",
    as: "bars",
    width: 24,
    height: 7,
    columns: {
      "": { unit: "short", decimals: 0 },
      total_tests: { label: "Tests" },
      failed_tests: { label: "Failed" },
    },
    sql: ({ context, isChosen, isShown, startOf }) =>
      showing(
        queries.daily_uptime(context),
        `
        select time, total_tests, failed_tests
        from (
          select ${startOf("metric_date")} as time, total_tests, failed_tests
          from rows
          where ${isChosen("app_name", "application")}
        ) as days
        where ${isShown("time")}
        order by 1`,
      ),
  },
];

const lists: Panel[] = [
  {
    name: "evidence",
    title: "Newest evidence for each scenario",
    description:
      "The newest conclusive test of each scenario, the objective of its day and the SHA-256 of its payload as received.",
    as: "table",
    width: 24,
    height: 9,
    columns: {
      ...shared,
      test_date: { label: "Day" },
      status: { label: "Tool's word" },
      recovery: { label: "Recovery" },
      margin_minutes: { label: "Margin", unit: "m", decimals: 1 },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.rto_evidence_register(context),
        `
        select
          scenario_name,
          rto_result,
          test_date,
          status,
          ${recoveryOfTest} as recovery,
          rto_minutes,
          floor(rto_margin_minutes * 10) / 10 as margin_minutes,
          source_system,
          payload_hash
        from rows
        where ${isChosen("app_name", "application")}
        order by rto_result = 'met', test_date, scenario_name`,
      ),
  },
  {
    name: "findings",
    title: "Findings: re-tested, and good again?",
    description: "Pairs that failed or breached, the open ones first.",
    as: "table",
    width: 24,
    height: 9,
    columns: {
      ...shared,
      state: {
        label: "State",
        colours: { closed: "good", failed_again: "bad", open: "bad" },
      },
      opened_at: { label: "Opened", unit: "dateTimeAsIso" },
      bad_tests: { label: "Bad tests", unit: "short" },
      closed_at: { label: "Closed", unit: "dateTimeAsIso" },
      days_to_close: { label: "Days to close", unit: "d", decimals: 1 },
    },
    sql: ({ context, isChosen }) =>
      showing(
        queries.findings(context),
        `
        select scenario_name, state, opened_at, bad_tests, closed_at, days_to_close
        from rows
        where ${isChosen("app_name", "application")}
        order by closed_at is not null, opened_at desc, scenario_name
        limit 500`,
      ),
  },
  {
    name: "failed-and-breached",
    title: "Failed and breached tests",
    description:
      "Tests of the shown time that failed by their tool's word or took longer than the objective.",
    as: "table",
    width: 24,
    height: 9,
    columns: {
      ...shared,
      status: { label: "Tool's word" },
      recovery: { label: "Recovery" },
      times_seen: { label: "Seen so often", unit: "short" },
    },
    sql: ({ context, isChosen, isShown }) =>
      showing(
        queries.failed_and_breached_tests(context),
        `
        select
          start_time,
          scenario_name,
          status,
          rto_result,
          ${recoveryOfTest} as recovery,
          rto_minutes,
          times_seen,
          source_system,
          payload_hash
        from rows
        where ${isChosen("app_name", "application")} and ${isShown("start_time")}
        order by start_time desc, raw_test_id desc
        limit 1000`,
      ),
  },
  {
    name: "passed-but-breached",
    title: "Passed by the tool's word, and too slow",
    description: "Tests of the shown time that passed and took longer than the objective.",
    as: "table",
    width: 24,
    height: 8,
    columns: { ...shared, recovery: { label: "Recovery" } },
    sql: ({ context, isChosen, isShown }) =>
      showing(
        queries.passed_but_breached_tests(context),
        `
        select
          start_time,
          scenario_name,
          ${recoveryOfTest} as recovery,
          rto_minutes,
          source_system,
          payload_hash
        from rows
        where ${isChosen("app_name", "application")} and ${isShown("start_time")}
        order by start_time desc, raw_test_id desc
        limit 1000`,
      ),
  },
];

/** One application: its objectives, its recoveries and its findings. */
export const applicationDashboard: Dashboard = {
  uid: applicationUid,
  title: "Application",
  description: "Does this application recover in time, and what is open?",
  variables: [application, windowDays],
  from: "now-90d",
  panels: [...numbers, ...lists],
};
