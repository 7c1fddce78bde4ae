import * as v from "valibot";
import { type Mapped, noRecovery } from "../mapped.ts";
import { between, readMomentOrEpoch } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { dictionary, hasKeys, isObject, maybe, plainText, text } from "../values/shape.ts";
import type { DocumentFormat, FormatContext } from "./format.ts";
import {
  type ChaosResult,
  chaosResultShape,
  errorOf,
  experimentOf,
  outcomeOf,
  probesOf,
} from "./litmus-result.ts";

const nodeShape = v.object({
  name: text,
  phase: text,
  startedAt: text,
  finishedAt: text,
  chaosData: maybe(
    v.object({
      engineName: text,
      namespace: text,
      experimentName: text,
      faultName: text,
      experimentVerdict: text,
      faultVerdict: text,
      experimentStatus: text,
      faultStatus: text,
      probeSuccessPercentage: text,
      failStep: text,
      chaosResult: maybe(chaosResultShape),
    }),
  ),
});
const runShape = v.object({
  experimentRunID: text,
  experimentID: text,
  uid: text,
  name: text,
  namespace: text,
  phase: text,
  nodes: dictionary(v.unknown()),
});

type Node = v.InferOutput<typeof nodeShape>;
type Run = v.InferOutput<typeof runShape>;

/** A run of ChaosCenter, one row for each fault in it; or a ChaosResult, with the times of the call. */
export const litmus: DocumentFormat = {
  name: "litmus",
  recognise(document) {
    if (hasKeys(document, "kind") && document.kind === "ChaosResult") {
      return "status" in document || hasKeys(document.spec, "experimentstatus")
        ? true
        : "a ChaosResult of Litmus without a status, which no experiment has written yet";
    }
    if (hasKeys(document, "kind") && /^Chaos(Engine|Experiment)$/.test(plainText(document.kind))) {
      return `a ${plainText(document.kind)} of Litmus, which does not say how its probes went: give its ChaosResult`;
    }
    const run = runOf(document);
    if (run === undefined) return false;
    return Object.values(run.nodes).some((node) => hasKeys(node, "chaosData") && node.chaosData)
      ? true
      : "a workflow without the data of a fault: give the run as ChaosCenter exports it";
  },
  *map(document, context) {
    const run = runOf(document);
    if (run === undefined) yield mapResult(document, context);
    else yield* mapRun(v.parse(runShape, run));
  },
};

/** The run: its own, or as the API wraps it, where it is a text. */
function runOf(document: unknown): (Record<string, unknown> & { nodes: object }) | undefined {
  if (!isObject(document)) return undefined;
  const { kind, status, experimentRunID = document.workflowRunID } = document;
  const data = document.executionData ?? document.execution_data;
  const run =
    typeof data === "string" ? parsed(data) : (data ?? (kind === "Workflow" ? status : document));
  if (!isObject(run) || !isObject(run.nodes)) return undefined;
  return { experimentRunID, ...run, nodes: run.nodes };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* mapRun(run: Run): Generator<Mapped> {
  const runName = run.experimentRunID ?? run.uid ?? (run.name && `${run.experimentID}/${run.name}`);
  for (const [id, raw] of Object.entries(run.nodes)) {
    if (!isObject(raw)) continue;
    const node = v.parse(nodeShape, raw);
    if (node.chaosData !== undefined) yield mapNode(node, id, run, runName, raw);
  }
}

function mapNode(
  node: Node,
  id: string,
  run: Run,
  runName: string | undefined,
  raw: unknown,
): Mapped {
  const { chaosData: fault } = node;
  const result = fault?.chaosResult;
  // ChaosCenter writes seconds as text, exports of its API milliseconds, Argo ISO 8601.
  const start = readMomentOrEpoch(node.startedAt);
  const end = readMomentOrEpoch(node.finishedAt);
  const said = outcomeOf(verdictOf(fault), result);
  const isUnderWay = end === null && /^(running|queued|pending)$/i.test(run.phase ?? "");
  const status = said === "error" && isUnderWay ? "running" : said;
  const scenario = fault?.faultName ?? fault?.experimentName ?? node.name ?? null;
  const step = /^(n\/a|none)?$/i.test(fault?.failStep ?? "") ? undefined : fault?.failStep;
  const namespace = fault?.namespace ?? run.namespace;
  return {
    kind: "test",
    runId: runName === undefined ? null : `${runName}/${id}`,
    scenario,
    status,
    start,
    end,
    durationMs: between(start, end),
    error: status === "passed" ? null : redact(errorOf(result) ?? step),
    metadata: {
      experiment: run.name,
      phase: node.phase ?? run.phase,
      tool_status: fault?.faultStatus ?? fault?.experimentStatus,
      source_score: fault?.probeSuccessPercentage,
      probes: probesOf(result).length,
    },
    recovery: noRecovery,
    payload: { experimentID: run.experimentID, name: run.name, uid: run.uid, node: raw },
    hints: hintsOf(result, { title: scenario, namespace, engine: fault?.engineName ?? run.name }),
  };
}

/**
 * ChaosCenter says "Fail" of every fault that did not pass. Its result, else its status, tells those apart that were stopped
 * or could not run.
 */
function verdictOf(fault: Node["chaosData"]): string | undefined {
  const said = fault?.faultVerdict ?? fault?.experimentVerdict;
  if (!/^fail/i.test(said ?? "")) return said;
  const own = fault?.chaosResult && experimentOf(fault.chaosResult)?.verdict;
  if (own !== undefined && !/^pass/i.test(own)) return own;
  const status = fault?.faultStatus ?? fault?.experimentStatus ?? "";
  return /^(stopped|error)$/i.test(status) ? status : said;
}

// The object is written over by every run: only who gives it knows of which run it tells.
function mapResult(document: unknown, { start, end }: FormatContext): Mapped {
  const result = v.parse(chaosResultShape, document);
  const experiment = experimentOf(result);
  const status = outcomeOf(experiment?.verdict, result);
  const title = result.spec?.experiment ?? result.metadata?.name ?? null;
  const { namespace } = result.metadata ?? {};
  return {
    kind: "test",
    runId: null,
    identity: { start, document },
    scenario: title,
    status,
    start,
    end,
    durationMs: between(start, end),
    error: status === "passed" ? null : redact(errorOf(result)),
    metadata: {
      phase: experiment?.phase,
      source_score: experiment?.probeSuccessPercentage,
      probes: probesOf(result).length,
    },
    recovery: noRecovery,
    payload: document,
    hints: hintsOf(result, { title, namespace, engine: result.spec?.engine }),
  };
}

function hintsOf(
  result: ChaosResult | undefined,
  { title, namespace, engine }: Record<"title" | "namespace" | "engine", string | null | undefined>,
) {
  const [target] = result?.status?.history?.targets ?? [];
  return {
    ownName: target?.name ?? engine ?? namespace ?? null,
    title,
    namespace,
    labels: result?.metadata?.labels ?? {},
    tags: engine ? [engine] : [],
  };
}
