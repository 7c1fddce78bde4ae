import type { Outcome } from "../truth.ts";
import type { PlannedApplication, PlannedScenario, PlannedSource } from "./planned.ts";

/*
 * Everything that the realistic profile plans. Shares are of 1. A change here changes the rows of
 * every seed; docs/generator.md says what each part is for.
 */

/** Tests of a weekday for each one of the mean day, Monday first. */
export const weekdays = [1.15, 1.3, 1.3, 1.25, 1.1, 0.5, 0.4] as const;

/** How much each hour of the day is chosen, in UTC: nightly suites at 2, people from 8 to 17. */
export const hours = [
  ...[2, 2, 12, 4, 2, 1, 1, 2, 5, 7, 8, 7],
  ...[4, 6, 7, 7, 6, 4, 3, 2, 2, 2, 2, 2],
] as const;

/** The applications of dim_applications with the objectives of dim_recovery_objectives. */
export const applications: readonly PlannedApplication[] = [
  {
    ...{ appId: 1, name: "Payment Service", share: 0.3, failedShare: 0.08 },
    ...{ slowness: 1.2, rtoMinutes: 30, rpoMinutes: 5 },
  },
  {
    ...{ appId: 2, name: "User Authentication", share: 0.25, failedShare: 0.05 },
    ...{ slowness: 2, rtoMinutes: 60, rpoMinutes: 15 },
  },
  {
    ...{ appId: 3, name: "Order Management", share: 0.2, failedShare: 0.12 },
    ...{ slowness: 5, rtoMinutes: 120, rpoMinutes: 30 },
  },
  {
    ...{ appId: 4, name: "Notification Service", share: 0.15, failedShare: 0.15 },
    ...{ slowness: 8, rtoMinutes: 240, rpoMinutes: 120 },
  },
  {
    ...{ appId: 5, name: "Analytics Engine", share: 0.1, failedShare: 0.2 },
    ...{ slowness: 14, rtoMinutes: 480, rpoMinutes: 240 },
  },
];

/** The scenarios that are tested. */
export const scenarios: readonly PlannedScenario[] = [
  {
    ...{ scenarioId: 1, name: "Database Failover", share: 0.25 },
    ...{ recoveryMinutes: 6, dataLossShare: 0.6 },
  },
  {
    ...{ scenarioId: 2, name: "Network Latency", share: 0.15 },
    ...{ recoveryMinutes: 20, dataLossShare: 0 },
  },
  {
    ...{ scenarioId: 3, name: "Service Restart", share: 0.25 },
    ...{ recoveryMinutes: 3, dataLossShare: 0.1 },
  },
  {
    ...{ scenarioId: 4, name: "Memory Pressure", share: 0.1 },
    ...{ recoveryMinutes: 12, dataLossShare: 0 },
  },
  {
    ...{ scenarioId: 5, name: "CPU Spike", share: 0.15 },
    ...{ recoveryMinutes: 6, dataLossShare: 0 },
  },
  {
    ...{ scenarioId: 6, name: "Dependency Timeout", share: 0.1 },
    ...{ recoveryMinutes: 10, dataLossShare: 0 },
  },
];

/**
 * How far values lie from their median: the factors at even steps from the smallest to the largest,
 * with straight lines between them. Plain arithmetic, so that every machine computes the same.
 */
export const spreads = {
  recovery: [0.15, 0.4, 0.55, 0.7, 0.85, 1, 1.2, 1.5, 2, 3, 9],
  detection: [0.1, 0.3, 0.6, 1, 2, 5, 40],
  dataLoss: [0, 0, 0.1, 0.5, 1, 3, 20],
} as const;

/** Median seconds from fault to detection, and of data lost where it is measured. */
export const medianSeconds = { detection: 45, dataLoss: 60 } as const;

/** Share of tests that measure when the fault was noticed. */
export const detectedShare = 0.9;

/** Bursts of failures of one application within one day. */
export const incidents = {
  /** Share of days on which an application has one. */
  share: 0.05,
  hours: { min: 2, max: 8 },
  failedShare: 0.75,
  /** Recovery takes so many times as long. */
  slowness: 2.5,
} as const;

/** Tests that never recovered, by what the tool says. */
export const unrecoveredShares = { passed: 0.005, failed: 0.35 } as const;

/** How long an unrecovered test was watched, in parts of the objective. */
export const watchedParts = { min: 0.2, max: 2.5 } as const;

/** Tests that end before the application has recovered, of those that measure the recovery. */
export const endedEarlyShare = 0.03;

/** Tests without a verdict. */
export const otherOutcomes = [
  { outcome: "error", share: 0.015 },
  { outcome: "skipped", share: 0.015 },
  { outcome: "inconclusive", share: 0.02 },
  { outcome: "running", share: 0.005 },
] as const satisfies readonly { outcome: Outcome; share: number }[];

/** Where results come from. */
export const sources: readonly PlannedSource[] = [
  {
    ...{ name: "generator/krkn", share: 0.4, recoveryBasis: "measured" },
    ...{ hasRunIds: true, spellsApplication: false, wholeSeconds: false },
  },
  {
    ...{ name: "generator/chaos-toolkit", share: 0.3, recoveryBasis: "upper_bound" },
    ...{ hasRunIds: true, spellsApplication: true, wholeSeconds: false },
  },
  {
    ...{ name: "generator/junit", share: 0.2, recoveryBasis: null },
    ...{ hasRunIds: true, spellsApplication: true, wholeSeconds: true },
  },
  {
    ...{ name: "generator/runbook", share: 0.1, recoveryBasis: "measured" },
    ...{ hasRunIds: false, spellsApplication: true, wholeSeconds: false },
  },
];

/** Share of rows that say their outcome in one of `statusWords`, drawn evenly. */
export const otherStatusWordShare = 0.5;

/** The words that silver knows for each outcome. */
export const statusWords: Record<Outcome, readonly string[]> = {
  passed: ["passed", "pass", "PASSED", "success", "ok"],
  failed: ["failed", "fail", "FAILED"],
  error: ["error", "ERROR"],
  skipped: ["skipped"],
  inconclusive: ["inconclusive"],
  running: ["running"],
};

/** Share of names, of scenarios and applications, that differ in case and blanks alone. */
export const carelessShare = 0.08;

/** Share of scenario names that silver has an alias for; the names are in `aliases`. */
export const aliasShare = 0.04;

/** Other names by scenario_id; dim_scenario_aliases has a line for each, or a pattern. */
export const aliases: Record<number, readonly string[]> = {
  1: ["DB failover", "primary failover", "PostgreSQL failover drill"],
  2: ["latency injection", "network delay 200ms"],
  3: ["pod-delete", "Rolling Restart"],
  4: ["OOM", "memory-hog"],
  5: ["cpu-hog", "CPU stress"],
  6: ["upstream timeout", "dependency unavailable"],
};

/** Share of scenario names that no alias maps. */
export const unmappedShare = 0.02;

/** Names that stay unmapped: slips of the pen, and scenarios that nobody has agreed on. */
export const unmappedNames = [
  "Databse Failovr",
  "Black Friday Drill",
  "Region Evacuation",
] as const;

/**
 * The fault of a row, and the reason that silver gives; at most one for a test, and only for tests
 * with a verdict.
 */
export const faults = [
  { fault: "unknown_status", share: 0.004, reason: "bad_status" },
  { fault: "unknown_application", share: 0.004, reason: "unknown_application" },
  { fault: "no_time", share: 0.002, reason: "no_time" },
  { fault: "end_before_start", share: 0.003, reason: "impossible_time" },
  { fault: "before_2000", share: 0.001, reason: "impossible_time" },
  { fault: "negative_duration", share: 0.002, reason: "negative_duration" },
  { fault: "wrong_duration", share: 0.003, reason: "duration_mismatch" },
  { fault: "future_start", share: 0.003, reason: "future_start" },
] as const;

/** What silver does not know: words for an outcome, and an application by its name or id. */
export const unknownStatuses = ["amber", "n/a", ""] as const;
export const unknownApplication = { appId: 99, name: "Legacy Billing" } as const;

/** Tests of no length, of those of the sources that know only how long a test ran. */
export const zeroDurationShare = 0.02;

/** Tests of which more than one row arrives, one of these for a test. */
export const repeats = [
  /** The same again, some hours later. */
  { repeat: "replayed", share: 0.02 },
  /** First with the opposite verdict. */
  { repeat: "corrected", share: 0.01 },
  /** First as still running. */
  { repeat: "running_first", share: 0.01 },
] as const;

/** From one row of a test to the next. */
export const repeatHours = { min: 1, max: 48 } as const;

/** From the end of a test to its arrival: an ordinary one within minutes, these later. */
export const lateArrivals = [
  { share: 0.03, hours: { min: 1, max: 24 } },
  { share: 0.015, hours: { min: 24, max: 168 } },
  { share: 0.005, hours: { min: 168, max: 9_600 } },
] as const;

/** From the start of a test to the arrival of its last row, at most. */
export const longestLagDays = 410;

/** What failed tests say. */
export const errorMessages = [
  "Timeout waiting for database connection",
  "Service unavailable",
  "Memory limit exceeded",
  "Network unreachable",
  "Dependency service failed",
  'health check "/ready" answered 503\nlast line: connection refused',
] as const;
