import type { Column } from "../dashboard.ts";

/** The id of the dashboard of one application. */
export const applicationUid = "resilience-application";

/** Columns that look the same wherever they are. */
export const shared = {
  app_name: {
    label: "Application",
    opens: { uid: applicationUid, variable: "application" },
  },
  scenario_name: { label: "Scenario" },
  owner_team: { label: "Team" },
  total_tests: { label: "Tests", unit: "short", decimals: 0 },
  kept_pct: { label: "Objective kept", unit: "percent", decimals: 1 },
  kept_low: { label: "At least (95 %)", unit: "percent", decimals: 1 },
  kept_high: { label: "At most (95 %)", unit: "percent", decimals: 1 },
  judged_tests: { label: "Judged tests", unit: "short", decimals: 0 },
  breached_tests: { label: "Breached", unit: "short", decimals: 0, badFrom: 1 },
  unrecovered_tests: { label: "Never recovered", unit: "short", decimals: 0, badFrom: 1 },
  synthetic_tests: { label: "Made up", unit: "short", decimals: 0 },
  recovery_minutes: { label: "Recovery", unit: "m", decimals: 1 },
  rto_minutes: { label: "Objective", unit: "m" },
  rto_result: {
    label: "Verdict",
    colours: {
      met: "good",
      breached: "bad",
      undetermined: "unknown",
      missing_objective: "unknown",
      never_tested: "bad",
    },
  },
  start_time: { label: "Start", unit: "dateTimeAsIso" },
  source_system: { label: "Source" },
  payload_hash: { label: "Hash of the payload" },
} as const satisfies Record<string, Column>;
