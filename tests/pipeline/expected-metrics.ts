import type { TestResult } from "../../generator/test-results.ts";
import type { Verdict } from "../../generator/truth.ts";
import { dayLengthMs } from "../../warehouse/utc-day.ts";
import { decimals, quotient, wilsonLow } from "./exact-numbers.ts";

/** A test that gold counts. Times are milliseconds. */
export interface Sample {
  appId: number;
  scenarioId: number;
  startTime: number;
  createdAt: number;
  durationMs: number;
  status: "passed" | "failed";
  /** Infinity when it did not recover while watched; null when that is not known. */
  recoveryMs: number | null;
  detectionMs: number | null;
  dataLossMs: number | null;
  rtoResult: Verdict;
  rpoResult: Verdict;
  isProxy: boolean;
  isSynthetic: boolean;
}

/** One row of a fact table without published_at as PostgreSQL writes it. */
export type ExpectedMetrics = Record<string, string | null>;

const objectives = [Number.NaN, 30, 60, 120, 240, 480];

/** A test of which only the duration is known, as the original profile and plain INSERTs give it. */
export function durationSample(
  result: Pick<TestResult, "appId" | "startTime" | "endTime" | "durationMs" | "status">,
  { isSynthetic = true, scenarioId = 5 } = {},
): Sample {
  const { appId, startTime, endTime, durationMs, status } = result;
  const objectiveMs = (objectives[appId] ?? Number.NaN) * 60_000;
  return {
    ...{ appId, scenarioId, startTime, durationMs, status, isSynthetic },
    createdAt: endTime,
    recoveryMs: status === "failed" ? durationMs : null,
    detectionMs: null,
    dataLossMs: null,
    rtoResult: durationMs <= objectiveMs ? "met" : "breached",
    rpoResult: "not_measured",
    isProxy: true,
  };
}

/**
 * fact_resiliency_metrics by another road: whole numbers, one test at a time, days in UTC. Sorted by
 * application and day.
 */
export function expectedMetrics(samples: Iterable<Sample>): ExpectedMetrics[] {
  return grouped(samples, ({ appId }, day) => [appId, day]).map((group) => {
    const { appId, day } = keyOf(group);
    return {
      metric_id: String(appId * 1_000_000 + day),
      app_id: String(appId),
      metric_date: dateOf(day),
      ...metricsOf(group),
    };
  });
}

/** fact_scenario_metrics in the same way, sorted by application, scenario and day. */
export function expectedScenarioMetrics(samples: Iterable<Sample>): ExpectedMetrics[] {
  return grouped(samples, ({ appId, scenarioId }, day) => [appId, scenarioId, day]).map((group) => {
    const { appId, scenarioId, day } = keyOf(group);
    return {
      app_id: String(appId),
      scenario_id: String(scenarioId),
      metric_date: dateOf(day),
      ...metricsOf(group),
    };
  });
}

/** The metrics of one group of tests, in the order of the fact tables. */
function metricsOf(samples: readonly Sample[]): ExpectedMetrics {
  const count = (test: (sample: Sample) => boolean) => samples.filter(test).length;
  const total = samples.length;
  const passed = count(({ status }) => status === "passed");
  const met = count(({ rtoResult }) => rtoResult === "met");
  const breached = count(({ rtoResult }) => rtoResult === "breached");
  const rpoMet = count(({ rpoResult }) => rpoResult === "met");
  const rpoBreached = count(({ rpoResult }) => rpoResult === "breached");
  const detections = known(samples, ({ detectionMs }) => detectionMs);
  const durations = samples.map(({ durationMs }) => durationMs);
  return {
    total_tests: String(total),
    passed_tests: String(passed),
    failed_tests: String(total - passed),
    uptime_percentage: quotient(100 * passed, total, 5),
    avg_duration_ms: quotient(sum(durations), total, 0),
    mttr_minutes: meanRecoveryMinutes(samples),
    rto_compliant: met + breached === 0 ? null : breached === 0 ? "t" : "f",
    created_at_ms: String(greatest(samples.map(({ createdAt }) => createdAt))),
    max_duration_ms: String(greatest(durations)),
    rto_breached_tests: String(breached),
    rto_requirement_minutes: String(objectives[samples[0]?.appId ?? 0]),
    rto_met_tests: String(met),
    rto_undetermined_tests: String(count(({ rtoResult }) => rtoResult === "undetermined")),
    rto_missing_tests: "0",
    rto_compliance_pct: met + breached === 0 ? null : quotient(100 * met, met + breached, 5),
    pass_rate_low: wilsonLow(passed, total),
    ...recoveriesOf(samples),
    detected_tests: String(detections.length),
    mean_detection_seconds:
      detections.length === 0 ? null : quotient(sum(detections), 1_000 * detections.length, 5),
    rpo_met_tests: String(rpoMet),
    rpo_breached_tests: String(rpoBreached),
    rpo_compliance_pct:
      rpoMet + rpoBreached === 0 ? null : quotient(100 * rpoMet, rpoMet + rpoBreached, 5),
    worst_data_loss_seconds: seconds(greatest(known(samples, ({ dataLossMs }) => dataLossMs))),
    proxy_tests: String(count(({ isProxy }) => isProxy)),
    synthetic_tests: String(count(({ isSynthetic }) => isSynthetic)),
    total_duration_ms: String(sum(durations)),
    total_recovery_seconds: totalSeconds(finiteRecoveries(samples)),
    total_detection_seconds: totalSeconds(detections),
    report_time_zone: "UTC",
    includes_synthetic: "t",
  };
}

function recoveriesOf(samples: readonly Sample[]): ExpectedMetrics {
  const recoveries = known(samples, ({ recoveryMs }) => recoveryMs).sort((one, two) => one - two);
  const finite = finiteRecoveries(samples);
  const percentile = (percent: number, minimum: number) =>
    recoveries.length < minimum
      ? null
      : seconds(recoveries[Math.ceil((percent * recoveries.length) / 100) - 1]);
  return {
    recovered_tests: String(finite.length),
    unrecovered_tests: String(recoveries.length - finite.length),
    p50_recovery_seconds: percentile(50, 1),
    p95_recovery_seconds: percentile(95, 20),
    p99_recovery_seconds: percentile(99, 100),
    worst_recovery_seconds: seconds(recoveries.at(-1)),
    longest_recovery_seconds: seconds(greatest(finite)),
  };
}

function meanRecoveryMinutes(samples: readonly Sample[]): string | null {
  const recoveries = finiteRecoveries(samples);
  if (recoveries.length === 0) return null;
  return quotient(sum(recoveries), 60_000 * recoveries.length, 5);
}

function finiteRecoveries(samples: readonly Sample[]): number[] {
  return known(samples, ({ recoveryMs }) => recoveryMs).filter(Number.isFinite);
}

function grouped(
  samples: Iterable<Sample>,
  keyParts: (sample: Sample, day: number) => number[],
): Sample[][] {
  const groups = new Map<string, { parts: number[]; samples: Sample[] }>();
  for (const sample of samples) {
    const parts = keyParts(sample, dayOf(sample));
    const group = groups.get(parts.join("/")) ?? { parts, samples: [] };
    group.samples.push(sample);
    groups.set(parts.join("/"), group);
  }
  const ordered = [...groups.values()].sort(({ parts: one }, { parts: two }) => {
    const position = one.findIndex((part, index) => part !== two[index]);
    return (one[position] ?? 0) - (two[position] ?? 0);
  });
  return ordered.map((group) => group.samples);
}

function keyOf(group: readonly Sample[]) {
  const [sample] = group as [Sample];
  return { appId: sample.appId, scenarioId: sample.scenarioId, day: dayOf(sample) };
}

function dayOf({ startTime }: Sample): number {
  return Math.floor(startTime / dayLengthMs);
}

function dateOf(day: number): string {
  return new Date(day * dayLengthMs).toISOString().slice(0, 10);
}

function known(samples: readonly Sample[], value: (sample: Sample) => number | null): number[] {
  return samples.map(value).filter((number) => number !== null);
}

function sum(numbers: readonly number[]): bigint {
  return numbers.reduce((total, number) => total + BigInt(number), 0n);
}

function greatest(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((one, two) => Math.max(one, two));
}

function seconds(milliseconds: number | undefined): string | null {
  if (milliseconds === undefined) return null;
  return milliseconds === Number.POSITIVE_INFINITY ? "Infinity" : decimals(BigInt(milliseconds), 3);
}

function totalSeconds(milliseconds: readonly number[]): string | null {
  return milliseconds.length === 0 ? null : decimals(sum(milliseconds), 3);
}
