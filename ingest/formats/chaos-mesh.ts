import * as v from "valibot";
import { noRecovery } from "../mapped.ts";
import { appOfLabels } from "../values/kubernetes.ts";
import { between, earliest, latest, type Moment, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import {
  dictionary,
  hasKeys,
  isObject,
  list,
  maybe,
  number,
  plainText,
  text,
} from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

const event = v.object({ operation: text, type: text, timestamp: text, message: text });
const record = v.object({
  id: text,
  phase: text,
  injectedCount: number,
  events: maybe(v.array(event)),
});
const objectShape = v.object({
  kind: v.string(),
  metadata: v.object({
    name: text,
    namespace: text,
    uid: text,
    creationTimestamp: text,
    labels: dictionary(v.string()),
  }),
  spec: maybe(
    v.object({
      action: text,
      duration: text,
      selector: maybe(
        v.object({ namespaces: list(v.string()), labelSelectors: dictionary(v.string()) }),
      ),
    }),
  ),
  status: v.object({
    failedMessage: text,
    conditions: list(v.object({ type: text, status: text, reason: text })),
    experiment: maybe(
      v.object({
        desiredPhase: text,
        containerRecords: list(record),
        // before 2.0
        phase: text,
        startTime: text,
        endTime: text,
        podRecords: list(v.object({ name: text, message: text })),
      }),
    ),
  }),
});

type ChaosObject = v.InferOutput<typeof objectShape>;

/** An object of Chaos Mesh as kubectl gives it: evidence that a fault was injected, and no verdict. */
export const chaosMesh: DocumentFormat = {
  name: "chaos-mesh",
  recognise(document) {
    if (!hasKeys(document, "kind")) return false;
    if (hasKeys(document, "namespace", "created_at") && /Chaos$/.test(plainText(document.kind))) {
      return "an event or archive of Chaos Mesh's dashboard, which does not say whether the fault was injected: give the object, as kubectl get -o json prints it";
    }
    if (!hasKeys(document, "metadata")) return false;
    if (!/^chaos-mesh\.org\/|^pingcap\.com\//.test(plainText(document.apiVersion))) return false;
    const { kind, status } = document;
    // PodNetworkChaos and its like are what the controller tells its daemons
    if (!/Chaos$/.test(plainText(kind)) || /^Pod(Network|Http|IO)Chaos$/.test(plainText(kind)))
      return `a ${plainText(kind)} of Chaos Mesh, which is no experiment: give the experiments, as kubectl get -o json prints them`;
    return wasBegun(status) && v.is(objectShape, document)
      ? true
      : `a ${kind} without a status, which says what to run and not how it went`;
  },
  *map(document) {
    const object = v.parse(objectShape, document);
    const { kind, metadata, spec, status } = object;
    const applied = eventsOf(object).filter(({ operation }) => operation === "Apply");
    const isInjected = wasInjected(object);
    const { start, end } = timesOf(object);
    const failure = applied.filter(({ type }) => type === "Failed").at(-1)?.message;
    const { labelSelectors: selector = {}, namespaces = [] } = spec?.selector ?? {};
    const namespace = namespaces[0] ?? metadata.namespace;
    const scenario = spec?.action === undefined ? kind : `${kind} ${spec.action}`;
    const own = `${metadata.namespace}/${metadata.name}/${metadata.creationTimestamp}`;
    yield {
      kind: "test",
      runId: metadata.uid ?? own,
      scenario,
      status: !isInjected ? "error" : isUnderWay(object) ? "running" : "inconclusive",
      start,
      end,
      durationMs: between(start, end),
      error: isInjected
        ? null
        : redact(failure ?? status.failedMessage ?? "the fault was never injected"),
      metadata: {
        name: metadata.name,
        duration: spec?.duration,
        phase: status.experiment?.desiredPhase ?? status.experiment?.phase,
        injected: applied.filter(({ type }) => type === "Succeeded").length,
        failed: applied.filter(({ type }) => type === "Failed").length,
        conditions: status.conditions,
      },
      recovery: noRecovery,
      payload: document,
      hints: {
        ownName: appOfLabels(selector) ?? namespace ?? metadata.name ?? null,
        title: metadata.name,
        namespace,
        labels: { ...metadata.labels, ...selector },
        tags: [kind],
      },
    };
  },
};

/** Whether the controller has taken the object up: a manifest may have an empty status. */
function wasBegun(status: unknown): boolean {
  if (!isObject(status)) return false;
  const isEmpty = (value: unknown) => !isObject(value) || Object.keys(value).length === 0;
  return "conditions" in status || "failedMessage" in status || !isEmpty(status.experiment);
}

function eventsOf({ status }: ChaosObject) {
  return (status.experiment?.containerRecords ?? []).flatMap(({ events }) => events ?? []);
}

// By an event, or by the count: of many events, the controller keeps the last ones. "AllRecovered" is true of what never
// began, too.
function wasInjected(object: ChaosObject): boolean {
  const { experiment } = object.status;
  const records = experiment?.containerRecords ?? [];
  const isByEvent = eventsOf(object).some(
    ({ operation, type }) => operation === "Apply" && type === "Succeeded",
  );
  const isByCount = records.some(
    ({ events, injectedCount = 0, phase }) =>
      injectedCount > 0 || (events === undefined && phase?.startsWith("Injected")),
  );
  const isOld = (experiment?.podRecords.length ?? 0) > 0 && experiment?.phase !== "Failed";
  return isByEvent || isByCount || isOld;
}

/** Whether the fault is still there: it has a length, and nothing has taken it back. */
function isUnderWay(object: ChaosObject): boolean {
  const isTakenBack = eventsOf(object).some(({ operation }) => operation === "Recover");
  const { desiredPhase } = object.status.experiment ?? {};
  return desiredPhase === "Run" && object.spec?.duration !== undefined && !isTakenBack;
}

/**
 * From the first injection to the last recovery; the creation and the last event replace unknown
 * times.
 */
function timesOf(object: ChaosObject): { start: Moment | null; end: Moment | null } {
  const events = eventsOf(object);
  const at = (operation: string) =>
    events
      .filter((each) => each.operation === operation && each.type === "Succeeded")
      .map(({ timestamp }) => readMoment(timestamp));
  const { experiment } = object.status;
  const start =
    earliest(at("Apply")) ??
    readMoment(experiment?.startTime) ??
    readMoment(object.metadata.creationTimestamp);
  const end =
    latest(at("Recover")) ??
    readMoment(experiment?.endTime) ??
    latest(events.map(({ timestamp }) => readMoment(timestamp)));
  return { start, end: latest([start, end]) };
}
