import * as v from "valibot";
import { noRecovery, type Outcome, type Recovery } from "../mapped.ts";
import { between, type Moment, plus, readMoment } from "../values/moment.ts";
import { hasKeys, isObject, list, maybe, number, plainText, text } from "../values/shape.ts";
import type { DocumentFormat, FormatContext } from "./format.ts";

const newShape = v.object({
  metadata: v.object({ generatedAt: text, k6Version: text }),
  config: v.object({ duration: number, script: text }),
  results: v.object({
    checks: maybe(
      v.object({ results: list(v.object({ name: text, passes: number, fails: number })) }),
    ),
  }),
});

/** The parts of a summary that are read, in any of its forms. */
interface Summary {
  start: Moment | null;
  end: Moment | null;
  durationMs: number | null;
  /** By metric and expression: whether the threshold held. */
  thresholds: Record<string, boolean>;
  recoveryMs: number | undefined;
  title: string;
  metadata: Record<string, unknown>;
}

/** The summary of k6: what handleSummary gets, what `--summary-export` writes, and that of k6 2. */
export const k6: DocumentFormat = {
  name: "k6",
  recognise(document) {
    if (
      hasKeys(document, "metric", "type", "data") &&
      /^(Metric|Point)$/.test(plainText(document.type))
    ) {
      return "a stream of points from k6 --out json, which has no verdict: give the summary";
    }
    if (isNew(document)) return true;
    if (!isObject(document) || !isObject(document.metrics)) return false;
    // beside metrics that the script names, the summary has its group of checks or its state
    if ("root_group" in document || hasKeys(document.state, "testRunDurationMs")) return true;
    return Object.keys(document.metrics).some((name) => ownMetric.test(name));
  },
  *map(document, context) {
    const summary = isNew(document) ? readNew(document, context) : readClassic(document, context);
    const { start, end, thresholds, title } = summary;
    const crossed = Object.keys(thresholds).filter((name) => thresholds[name] === false);
    yield {
      kind: "test",
      runId: null,
      identity: { start, document },
      scenario: title,
      status: outcomeOf(thresholds),
      start,
      end,
      durationMs: summary.durationMs,
      error: crossed.length === 0 ? null : `crossed: ${crossed.join("; ")}`.slice(0, 1000),
      metadata: { ...summary.metadata, thresholds: Object.keys(thresholds).length, crossed },
      recovery: recoveryOf(summary),
      payload: document,
      hints: { ownName: title, title },
    };
  },
};

const ownMetric =
  /^(http_req|iteration|dropped_iterations|vus|data_(sent|received)$|checks$|group_duration|(ws|grpc|browser)_)/;

function isNew(document: unknown): boolean {
  return (
    hasKeys(document, "metadata", "config", "results") && hasKeys(document.metadata, "k6Version")
  );
}

function outcomeOf(thresholds: Record<string, boolean>): Outcome {
  const held = Object.values(thresholds);
  if (held.length === 0) return "inconclusive";
  return held.every((each) => each) ? "passed" : "failed";
}

function readClassic(document: unknown, { start, end, path }: FormatContext): Summary {
  const { metrics, state } = document as Record<string, unknown>;
  const all = isObject(metrics) ? metrics : {};
  const stated = isObject(state) ? state.testRunDurationMs : undefined;
  const length = typeof stated === "number" ? Math.round(stated) : lengthOf(all.iterations);
  const durationMs = between(start, end) ?? length;
  return {
    start,
    end: end ?? plus(start, durationMs),
    durationMs,
    thresholds: Object.assign({}, ...Object.entries(all).map(thresholdsOf)) as Record<
      string,
      boolean
    >,
    recoveryMs: recoveryMetric(all),
    title: titleOf(path),
    metadata: { checks: checksOf(all.checks) },
  };
}

function thresholdsOf([name, metric]: [string, unknown]): Record<string, boolean> {
  if (!isObject(metric) || !isObject(metric.thresholds)) return {};
  return Object.fromEntries(
    Object.entries(metric.thresholds).map(([expression, said]) => [
      `${name} ${expression}`,
      // as a boolean, true says that the threshold was crossed
      typeof said === "boolean" ? !said : isObject(said) && said.ok === true,
    ]),
  );
}

function readNew(document: unknown, { start, path }: FormatContext): Summary {
  const { metadata, config, results } = v.parse(newShape, document);
  const durationMs = config.duration === undefined ? null : Math.round(config.duration * 1000);
  const end = readMoment(metadata.generatedAt);
  return {
    start: start ?? plus(end, durationMs === null ? null : -durationMs),
    end: start === null ? end : plus(start, durationMs),
    durationMs,
    thresholds: {},
    recoveryMs: undefined,
    title: config.script ? titleOf(config.script) : titleOf(path),
    metadata: { k6_version: metadata.k6Version, checks: results.checks?.results },
  };
}

/** A count and its rate for each second tell how long the run was. */
function lengthOf(iterations: unknown): number | null {
  const values = valuesOf(iterations);
  const { count, rate } = values;
  return typeof count === "number" && typeof rate === "number" && rate > 0
    ? Math.round((count / rate) * 1000)
    : null;
}

function recoveryMetric(metrics: Record<string, unknown>): number | undefined {
  for (const [name, factor] of [
    ["recovery_ms", 1],
    ["recovery_time_ms", 1],
    ["recovery_seconds", 1000],
  ] as const) {
    const { max, value } = valuesOf(metrics[name]);
    const longest = max ?? value;
    if (typeof longest === "number" && longest > 0) return longest * factor;
  }
  return undefined;
}

function recoveryOf({ start, recoveryMs }: Summary): Recovery {
  if (start === null || recoveryMs === undefined) return noRecovery;
  const recoveredAt = plus(start, recoveryMs);
  return {
    ...noRecovery,
    faultAt: start,
    recoveredAt,
    isRecovered: true,
    recoveryBasis: "measured",
  };
}

function checksOf(checks: unknown) {
  const { passes, fails } = valuesOf(checks);
  return passes === undefined ? undefined : { passes, fails };
}

/** handleSummary has them in `values`, `--summary-export` beside the thresholds. */
function valuesOf(metric: unknown): Record<string, unknown> {
  if (!isObject(metric)) return {};
  return isObject(metric.values) ? metric.values : metric;
}

function titleOf(path: string): string {
  const name = path.split("/").at(-1) ?? path;
  return name.replace(/\.gz$/, "").replace(/\.(json|js|ts)$/, "");
}
