import * as v from "valibot";
import { noRecovery, type Outcome } from "../mapped.ts";
import { between, readEpoch, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { hasKeys, list, plainText, text } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

const executionShape = v.object({
  id: text,
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

/** An execution of a Steadybit experiment, as its API and command line give it. */
export const steadybit: DocumentFormat = {
  name: "steadybit",
  recognise: (document) =>
    hasKeys(document, "id", "state") &&
    (hasKeys(document, "key") || hasKeys(document, "experimentKey")) &&
    (hasKeys(document, "created") || hasKeys(document, "started") || hasKeys(document, "ended")) &&
    Object.hasOwn(outcomes, plainText(document.state).toUpperCase()),
  *map(document) {
    const execution = v.parse(executionShape, document);
    const key = execution.experimentKey ?? execution.key;
    const start = readTime(execution.started) ?? readTime(execution.created);
    const end = readTime(execution.ended);
    const status = outcomes[execution.state?.toUpperCase() ?? ""] ?? "inconclusive";
    const { name, tags } = execution;
    yield {
      kind: "test",
      runId: execution.id === undefined ? null : `${key}/${execution.id}`,
      scenario: name ?? key ?? null,
      status,
      start,
      end,
      durationMs: between(start, end),
      error: status === "passed" ? null : redact(execution.reason),
      metadata: {
        experiment: key,
        tool_status: execution.state,
        environment: execution.environment,
      },
      recovery: noRecovery,
      payload: document,
      hints: {
        ownName: execution.environment ?? execution.team ?? name ?? null,
        title: name,
        namespace: execution.environment,
        tags: [...tags, ...(execution.team ? [execution.team] : [])],
      },
    };
  },
};

function readTime(value: unknown) {
  return readMoment(value) ?? (typeof value === "number" ? readEpoch(value) : null);
}
