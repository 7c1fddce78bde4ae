import type { TestResult } from "../../generator/test-results.ts";
import { dayLengthMs } from "../../generator/utc-day.ts";

/** What gold is computed from. */
export type Sample = Pick<TestResult, "appId" | "startTime" | "endTime" | "durationMs" | "status">;

/** One row of gold as PostgreSQL writes it, without last_test_id. */
export interface ExpectedMetrics {
  metric_id: string;
  app_id: string;
  metric_date: string;
  total_tests: string;
  passed_tests: string;
  failed_tests: string;
  uptime_percentage: string;
  avg_duration_ms: string;
  mttr_minutes: string | null;
  rto_compliant: string;
  created_at_ms: string;
  max_duration_ms: string;
  rto_breached_tests: string;
  rto_requirement_minutes: string;
}

const objectives = new Map([
  [1, 30],
  [2, 60],
  [3, 120],
  [4, 240],
  [5, 480],
]);

/**
 * Gold by another road: whole numbers, one result at a time, days in UTC. `created_at` is the end of
 * the test, as the generator writes it. Sorted by application and day.
 */
export function expectedMetrics(results: Iterable<Sample>): ExpectedMetrics[] {
  const groups = new Map<string, Sample[]>();
  for (const result of results) {
    const key = `${result.appId}/${Math.floor(result.startTime / dayLengthMs)}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()]
    .map(metricsOf)
    .sort((one, other) => Number(one.metric_id) - Number(other.metric_id));
}

function metricsOf(results: readonly Sample[]): ExpectedMetrics {
  const [{ appId, startTime }] = results as [Sample];
  const day = Math.floor(startTime / dayLengthMs);
  const failed = results.filter(({ status }) => status === "failed");
  const objective = objectives.get(appId) ?? Number.NaN;
  const breached = results.filter(({ durationMs }) => durationMs > objective * 60_000);
  return {
    metric_id: String(appId * 1_000_000 + day),
    app_id: String(appId),
    metric_date: new Date(day * dayLengthMs).toISOString().slice(0, 10),
    total_tests: String(results.length),
    passed_tests: String(results.length - failed.length),
    failed_tests: String(failed.length),
    uptime_percentage: quotient(BigInt(results.length - failed.length) * 100n, results.length, 5),
    avg_duration_ms: quotient(sumOfDurations(results), results.length, 0),
    mttr_minutes:
      failed.length === 0 ? null : quotient(sumOfDurations(failed), failed.length * 60_000, 5),
    rto_compliant: breached.length === 0 ? "t" : "f",
    created_at_ms: String(Math.max(...results.map(({ endTime }) => endTime))),
    max_duration_ms: String(Math.max(...results.map(({ durationMs }) => durationMs))),
    rto_breached_tests: String(breached.length),
    rto_requirement_minutes: String(objective),
  };
}

function sumOfDurations(results: readonly Sample[]): bigint {
  return results.reduce((sum, { durationMs }) => sum + BigInt(durationMs), 0n);
}

/** a / b with so many decimals, exact, halves up; for numbers that are not negative. */
function quotient(a: bigint, b: number, decimals: number): string {
  const divisor = BigInt(b);
  const scaled = (2n * a * 10n ** BigInt(decimals) + divisor) / (2n * divisor);
  const digits = scaled.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
}
