import * as v from "valibot";
import { noRecovery, type Outcome } from "../mapped.ts";
import { between, readMomentOrEpoch } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import {
  dictionary,
  hasKeys,
  isObject,
  list,
  maybe,
  plainText,
  text,
  withSmallKeys,
} from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

// PowerShell writes a word as an object
const word = maybe(
  v.union([
    v.string(),
    v.pipe(
      v.object({ value: v.string() }),
      v.transform(({ value }) => value),
    ),
  ]),
);
const state = maybe(
  v.object({ status: word, reason: text, error: maybe(v.object({ code: text, location: text })) }),
);
const experimentShape = v.object({
  id: text,
  experimentTemplateId: text,
  state,
  actions: dictionary(v.object({ actionId: text, state })),
  targets: dictionary(v.object({ resourceType: text })),
  stopConditions: list(v.object({ source: text, value: text })),
  creationTime: v.optional(v.unknown()),
  startTime: v.optional(v.unknown()),
  endTime: v.optional(v.unknown()),
  tags: dictionary(v.string()),
});

type Experiment = v.InferOutput<typeof experimentShape>;

/** What `aws fis get-experiment` prints, or an SDK's answer. */
export const awsFis: DocumentFormat = {
  name: "aws-fis",
  recognise(document) {
    if (!isObject(document)) return false;
    if ("experimentTemplate" in document || "experimentTemplates" in document) {
      return "an experiment template of AWS FIS, which says what to run and not how it went";
    }
    if (isLogRecord(document) || document["detail-type"] === "FIS Experiment State Change") {
      return "a message about one moment of an AWS FIS experiment: give what get-experiment prints";
    }
    const experiment = experimentOf(document);
    if (!hasKeys(experiment, "experimentTemplateId", "state")) return false;
    const { actions, startTime } = experiment;
    return actions !== undefined || startTime !== undefined ? true : listReason;
  },
  *map(document) {
    const raw = experimentOf(document);
    const experiment = v.parse(experimentShape, raw);
    const { id, tags, actions } = experiment;
    // The command line prints seconds, SDKs print ISO 8601.
    const start = readMomentOrEpoch(experiment.startTime ?? experiment.creationTime);
    const end = readMomentOrEpoch(experiment.endTime);
    const actionIds = Object.values(actions).map(({ actionId }) => actionId);
    const title =
      tags.Name ?? tags.name ?? (actionIds.filter((each) => each !== undefined).join(", ") || null);
    const status = outcomeOf(experiment);
    yield {
      kind: "test",
      runId: id ?? null,
      scenario: title,
      status,
      start,
      end,
      durationMs: between(start, end),
      error: status === "failed" || status === "error" ? errorOf(experiment) : null,
      metadata: metadataOf(experiment),
      recovery: noRecovery,
      payload: raw,
      hints: { ownName: appOf(tags) ?? title, title, labels: tags },
    };
  },
};

function experimentOf(document: unknown): unknown {
  const isOfPowerShell =
    hasKeys(document, "Experiment") || hasKeys(document, "ExperimentTemplateId");
  const small = isOfPowerShell ? withSmallKeys(document) : document;
  return isObject(small) ? (small.experiment ?? small) : small;
}

// list-experiments leaves them out
const listReason =
  "a list of AWS FIS experiments, which has no start and no end: give what get-experiment prints for each";

/** A record of the log that an experiment writes to S3 or CloudWatch. */
function isLogRecord(document: Record<string, unknown>): boolean {
  return (
    hasKeys(document, "log_type", "event_timestamp", "details") &&
    plainText(document.id).startsWith("EXP")
  );
}

// "completed" says that the fault was injected; only a stop condition watches the system.
function outcomeOf({ state }: Experiment): Outcome {
  switch (state?.status) {
    case "completed":
      return "inconclusive";
    case "stopped":
    case "stopping":
      return /stop[ _-]?condition|alarm/i.test(state.reason ?? "")
        ? "failed"
        : state.status === "stopped"
          ? "error"
          : "running";
    case "pending":
    case "initiating":
    case "running":
      return "running";
    default:
      return "error";
  }
}

function errorOf({ state }: Experiment): string | null {
  const error = state?.error;
  const where = [error?.code, error?.location].filter((part) => part !== undefined).join(" at ");
  return redact([state?.reason, where && `(${where})`].filter(Boolean).join(" "));
}

function metadataOf({
  experimentTemplateId,
  state,
  actions,
  targets,
  stopConditions,
  tags,
}: Experiment) {
  return {
    experiment_template_id: experimentTemplateId,
    tool_status: state?.status,
    actions: Object.entries(actions).map(([name, action]) => ({
      name,
      action_id: action.actionId,
      status: action.state?.status,
    })),
    resource_types: Object.values(targets).map(({ resourceType }) => resourceType),
    stop_conditions: stopConditions.filter(({ source }) => source !== "none"),
    tags,
  };
}

function appOf(tags: Record<string, string>): string | undefined {
  const key = Object.keys(tags).find((each) => /^(app|application|service)$/i.test(each));
  return key === undefined ? undefined : tags[key];
}
