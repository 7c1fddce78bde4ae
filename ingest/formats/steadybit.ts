import * as v from "valibot";
import { noRecovery, type Outcome } from "../mapped.ts";
import { between, readEpoch, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { hasKeys, isObject, list, maybe, plainText, text } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

const named = maybe(v.object({ name: text }));
const executionShape = v.object({
  id: text,
  // of the events that the platform sends to extensions
  executionId: text,
  startedTime: text,
  preparedTime: text,
  endedTime: text,
  key: text,
  experimentKey: text,
  name: text,
  hypothesis: text,
  state: text,
  reason: text,
  created: v.optional(v.unknown()),
  started: v.optional(v.unknown()),
  ended: v.optional(v.unknown()),
  environment: text,
  team: text,
  tags: list(v.string()),
});

const eventShape = v.object({ environment: named, team: named });

const outcomes: Record<string, Outcome> = {
  COMPLETED: "passed",
  FAILED: "failed",
  ERRORED: "error",
  CANCELED: "error",
  CANCELLED: "error",
  SKIPPED: "skipped",
  CREATED: "running",
  REQUESTED: "running",
  PREPARED: "running",
  PREPARING: "running",
  RUNNING: "running",
};

/** An execution of a Steadybit experiment, as its API, command line, webhooks and events give it. */
export const steadybit: DocumentFormat = {
  name: "steadybit",
  recognise(document) {
    const execution = executionOf(document);
    if (!isObject(execution)) return false;
    const has = (...keys: string[]) => keys.some((key) => Object.hasOwn(execution, key));
    // a step of an execution has an id beside that of the execution
    return (
      has("id") !== has("executionId") &&
      has("key", "experimentKey") &&
      has("created", "started", "ended", "startedTime", "preparedTime") &&
      Object.hasOwn(outcomes, plainText(execution.state).toUpperCase())
    );
  },
  *map(document) {
    const execution = v.parse(executionShape, executionOf(document));
    const event = v.parse(eventShape, document);
    const key = execution.experimentKey ?? execution.key;
    const id = execution.id ?? execution.executionId;
    const start =
      readTime(execution.started) ??
      readTime(execution.created) ??
      readMoment(execution.startedTime) ??
      readMoment(execution.preparedTime);
    const end = readTime(execution.ended) ?? readMoment(execution.endedTime);
    const environment = event.environment?.name ?? nameOf(execution.environment);
    const team = event.team?.name ?? execution.team;
    const status = outcomes[execution.state?.toUpperCase() ?? ""] ?? "inconclusive";
    const { name, tags } = execution;
    yield {
      kind: "test",
      runId: id === undefined ? null : `${key}/${id}`,
      scenario: name ?? key ?? null,
      status,
      start,
      end,
      durationMs: between(start, end),
      error: status === "passed" ? null : redact(execution.reason),
      metadata: {
        experiment: key,
        tool_status: execution.state,
        environment,
      },
      recovery: noRecovery,
      payload: executionOf(document),
      hints: {
        ownName: environment ?? team ?? name ?? null,
        title: name,
        namespace: environment,
        tags: [...tags, ...(team ? [team] : [])],
      },
    };
  },
};

/** The execution itself, or that of an event; webhooks and extensions get events. */
function executionOf(document: unknown): unknown {
  if (hasKeys(document, "experimentExecution", "eventName")) return document.experimentExecution;
  return hasKeys(document, "execution", "event") ? document.execution : document;
}

/** Webhooks give the number of an environment, which nobody calls it by. */
function nameOf(environment: string | undefined): string | undefined {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(environment ?? "")
    ? undefined
    : environment;
}

function readTime(value: unknown) {
  return readMoment(value) ?? (typeof value === "number" ? readEpoch(value) : null);
}
