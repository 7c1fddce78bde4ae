import * as v from "valibot";
import { noRecovery, type Outcome } from "../mapped.ts";
import { between, momentOf } from "../values/moment.ts";
import { redact } from "../values/redact.ts";
import { hasKeys, list, maybe, number, text } from "../values/shape.ts";
import type { DocumentFormat } from "./format.ts";

const resultShape = v.object({
  uuid: text,
  name: text,
  fullName: text,
  status: text,
  statusDetails: maybe(v.object({ message: text })),
  start: number,
  stop: number,
  labels: list(v.object({ name: v.string(), value: v.string() })),
});

const outcomes: Record<string, Outcome> = {
  passed: "passed",
  failed: "failed",
  broken: "error",
  skipped: "skipped",
  unknown: "inconclusive",
};

/** A `*-result.json` of Allure: one test, with times in milliseconds. */
export const allure: DocumentFormat = {
  name: "allure",
  recognise: (document) => hasKeys(document, "uuid", "historyId", "status", "start"),
  *map(document) {
    const result = v.parse(resultShape, document);
    const { uuid, name, status = "", labels } = result;
    const start = momentOf(result.start ?? Number.NaN);
    const end = momentOf(result.stop ?? Number.NaN);
    const label = (wanted: string) => labels.find((each) => each.name === wanted)?.value;
    yield {
      kind: "test",
      runId: uuid ?? null,
      scenario: name ?? null,
      status: outcomes[status] ?? status,
      start,
      end,
      durationMs: between(start, end),
      error: redact(result.statusDetails?.message),
      metadata: { full_name: result.fullName },
      recovery: noRecovery,
      payload: document,
      hints: {
        ownName: label("app") ?? label("epic") ?? label("suite") ?? null,
        title: name,
        labels: Object.fromEntries(labels.map((each) => [each.name, each.value])),
        tags: labels.filter((each) => each.name === "tag").map(({ value }) => value),
      },
    };
  },
};
