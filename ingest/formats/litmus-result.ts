import * as v from "valibot";
import type { Outcome } from "../mapped.ts";
import { dictionary, list, maybe, text } from "../values/shape.ts";

const experimentStatus = maybe(
  v.object({
    phase: text,
    verdict: text,
    failStep: text,
    errorOutput: maybe(v.object({ reason: text })),
    probeSuccessPercentage: text,
  }),
);
const probe = v.object({
  name: text,
  type: text,
  status: maybe(v.object({ verdict: text, description: text })),
});

/** A ChaosResult of Litmus, of any release. */
export const chaosResultShape = v.object({
  metadata: maybe(
    v.object({ name: text, namespace: text, uid: text, labels: dictionary(v.string()) }),
  ),
  // the status of the first releases
  spec: maybe(v.object({ engine: text, experiment: text, experimentstatus: experimentStatus })),
  status: maybe(
    v.object({
      experimentStatus,
      // before 2.0
      experimentstatus: experimentStatus,
      probeStatuses: list(probe),
      probeStatus: list(probe),
      history: maybe(v.object({ targets: list(v.object({ name: text, kind: text })) })),
    }),
  ),
});

/** The fields of a ChaosResult that this project reads. */
export type ChaosResult = v.InferOutput<typeof chaosResultShape>;

/** The status of the experiment, wherever the release puts it. */
export function experimentOf({ status, spec }: ChaosResult) {
  return status?.experimentStatus ?? status?.experimentstatus ?? spec?.experimentstatus;
}

/** The probes that took part, as the release lists them. */
export function probesOf(result: ChaosResult | undefined) {
  const { probeStatuses = [], probeStatus = [] } = result?.status ?? {};
  return [...probeStatuses, ...probeStatus];
}

/** A verdict of Litmus as an outcome: it passes whatever it did not look at, and then proves nothing. */
export function outcomeOf(verdict: string | undefined, result: ChaosResult | undefined): Outcome {
  switch (verdict?.toLowerCase()) {
    case "pass":
    case "passed":
      return probesOf(result).some(hasJudged) ? "passed" : "inconclusive";
    case "fail":
    case "failed":
      return "failed";
    default:
      return "error";
  }
}

/** Whether a probe came to a verdict; releases before 2.0 write it below other names. */
function hasJudged({ status }: ReturnType<typeof probesOf>[number]): boolean {
  return !/^(n\/a|awaited|)$/i.test(status?.verdict ?? "1.x");
}

/** What a ChaosResult says went wrong. */
export function errorOf(result: ChaosResult | undefined): string | undefined {
  if (result === undefined) return undefined;
  const experiment = experimentOf(result);
  const failed = probesOf(result).find(({ status }) => /^fail/i.test(status?.verdict ?? ""));
  const step = /^(n\/a|none)?$/i.test(experiment?.failStep ?? "")
    ? undefined
    : experiment?.failStep;
  const probe = failed && `${failed.name}: ${failed.status?.description ?? "probe failed"}`;
  return experiment?.errorOutput?.reason ?? step ?? probe;
}
