import * as v from "valibot";
import { noRecovery, type Outcome, type Recovery } from "../mapped.ts";
import { between, earliest, latest, readMoment } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { flag, hasKeys, list, maybe, number, plainText, text } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

const activity = maybe(
  v.object({ name: text, type: text, provider: maybe(v.object({ func: text })) }),
);
const execution = v.object({
  activity,
  status: text,
  output: v.optional(v.unknown()),
  exception: list(text),
  tolerance_met: flag,
  start: text,
  end: text,
});
const state = v.object({ steady_state_met: flag, probes: list(execution) });
const journalShape = v.object({
  "chaoslib-version": text,
  node: text,
  experiment: v.object({
    title: text,
    tags: list(text),
    dry: v.optional(v.unknown()),
    method: list(v.object({ provider: maybe(v.object({ func: text })) })),
  }),
  start: text,
  end: text,
  status: text,
  deviated: flag,
  duration: number,
  steady_states: v.object({ before: maybe(state), after: maybe(state), during: list(state) }),
  run: list(execution),
  rollbacks: list(execution),
});

type Journal = v.InferOutput<typeof journalShape>;
type Execution = v.InferOutput<typeof execution>;

/** The journal that `chaos run` writes. */
export const chaosToolkit: DocumentFormat = {
  name: "chaostoolkit",
  recognise(document) {
    if (hasKeys(document, "status", "steady_states", "run")) return v.is(journalShape, document);
    if (hasKeys(document, "chaoslib-version", "run")) {
      return "a Chaos Toolkit journal of a release before 0.13, which does not say whether the system was steady";
    }
    return hasKeys(document, "title", "method") && Array.isArray(document.method)
      ? "a Chaos Toolkit experiment, which says what to run and not how it went: give its journal"
      : false;
  },
  *map(document) {
    const journal = v.parse(journalShape, document);
    const { title, tags, method } = journal.experiment;
    const status = outcomeOf(journal);
    const { duration } = journal;
    yield {
      kind: "test",
      runId: null,
      scenario: title || (method[0]?.provider?.func ?? null),
      status,
      start: readMoment(journal.start),
      end: readMoment(journal.end),
      durationMs: duration === undefined ? null : Math.max(1, Math.round(duration * 1000)),
      error: status === "passed" ? null : errorOf(journal),
      metadata: metadataOf(journal),
      recovery: recoveryOf(journal, status),
      payload: document,
      hints: { ownName: appTag(tags) ?? (title || null), title, tags },
    };
  },
};

// A probe out of tolerance is "completed" and deviated: the status alone is no verdict.
function outcomeOf(journal: Journal): Outcome {
  const { status, deviated, steady_states: states } = journal;
  const { before, after, during } = states;
  // not steady before, or no fault at all: nothing was tested
  if (before?.steady_state_met === false || hasNoFault(journal)) return "error";
  if (deviated || after?.steady_state_met === false || wasLost(journal)) {
    return unlessDry("failed", journal);
  }
  if (status === "aborted" || status === "interrupted") return "error";
  const isWatched = during.length > 0 && during.every(wasSteady);
  if ((after !== undefined && wasSteady(after)) || (isWatched && status === "completed")) {
    return unlessDry("passed", journal);
  }
  return status === "completed" ? "inconclusive" : "error";
}

/** Whether the system was watched and not steady, and that ended the run or nobody looked again afterwards. */
function wasLost({ status, steady_states: { after, during } }: Journal): boolean {
  const isLast = after === undefined && status === "completed";
  const isLost = during.some(({ steady_state_met }) => steady_state_met === false);
  return isLost && (isLast || status === "failed");
}

/** A hypothesis without any probe is met, too, and verifies nothing. */
function wasSteady({ steady_state_met, probes }: v.InferOutput<typeof state>): boolean {
  return steady_state_met === true && probes.length > 0;
}

/** Nothing is proven where the actions or probes were left out; `pause` leaves out the pauses alone. */
function unlessDry(outcome: Outcome, { experiment: { dry } }: Journal): Outcome {
  return dry && !/pause$/i.test(plainText(dry)) ? "inconclusive" : outcome;
}

/** Steady again at the end of the probes after the method: it came back then, or before. */
function recoveryOf(journal: Journal, status: Outcome): Recovery {
  const { after } = journal.steady_states;
  const faultAt = firstAction(journal);
  if (faultAt === null || after === undefined || !["passed", "failed"].includes(status)) {
    return noRecovery;
  }
  const isRecovered = after.steady_state_met === true;
  const recoveredAt = isRecovered ? latest(after.probes.map(({ end }) => readMoment(end))) : null;
  return { ...noRecovery, faultAt, recoveredAt, isRecovered, recoveryBasis: "upper_bound" };
}

/** Whether every action failed, so that no fault began; a method may also have no action. */
function hasNoFault({ run }: Journal): boolean {
  const actions = run.filter(isAction);
  return actions.length > 0 && actions.every(hasFailed);
}

/** When the first action began that did not fail: the fault began then. */
function firstAction({ run }: Journal) {
  const actions = run.filter((each) => isAction(each) && !hasFailed(each));
  return earliest(actions.map(({ start }) => readMoment(start)));
}

function isAction({ activity }: Execution): boolean {
  return activity?.type === "action";
}

function hasFailed({ status }: Execution): boolean {
  return status === "failed";
}

function errorOf({ steady_states: { before, after, during }, run }: Journal): string | null {
  const probes = [after, ...during, before].flatMap((each) => each?.probes ?? []);
  const broken = [...probes, ...run].find(
    (each) => hasFailed(each) || each.tolerance_met === false,
  );
  if (broken === undefined) return null;
  const lines = broken.exception.flatMap((part) => part.trim().split("\n"));
  const last = lines.at(-1)?.trim();
  const name = broken.activity?.name ?? "a probe";
  return redact(last || `${name}: tolerance not met (output ${brief(broken.output)})`);
}

// Outputs contain addresses, pages and secrets: for texts and objects, only their kind is kept.
function brief(output: unknown): string {
  if (typeof output === "string") return `a text of ${output.length} characters`;
  if (typeof output !== "object" || output === null) return String(output ?? "none");
  if ("status" in output && typeof output.status === "number") return `status ${output.status}`;
  return Array.isArray(output) ? `a list of ${output.length}` : "an object";
}

function metadataOf(journal: Journal) {
  const { experiment, run, rollbacks, steady_states: states } = journal;
  const after = latest((states.after?.probes ?? []).map(({ end }) => readMoment(end)));
  const failed = (executions: Execution[]) =>
    executions.filter(hasFailed).map(({ activity }) => activity?.name);
  return {
    chaoslib_version: journal["chaoslib-version"],
    node: journal.node,
    tags: experiment.tags,
    tool_status: journal.status,
    deviated: journal.deviated,
    activities: run.length,
    failed_activities: failed(run),
    failed_rollbacks: failed(rollbacks),
    upper_bound_time_to_steady_state_ms: between(firstAction(journal), after),
  };
}

function appTag(tags: readonly string[]): string | undefined {
  const pattern = /^(?:app|application|service)[:=]\s*(.+)$/i;
  return tags.map((tag) => pattern.exec(tag)?.[1]).find((name) => name !== undefined);
}
