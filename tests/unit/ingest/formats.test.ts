import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileReport } from "../../../ingest/file-report.ts";
import { ingestAll } from "../../../ingest/ingest-all.ts";
import { dateReader } from "../../../ingest/values/date-format.ts";
import { plainOptions } from "../../support/ingested.ts";

const folder = join(import.meta.dirname, "..", "..", "fixtures", "ingest");
const options = {
  ...plainOptions,
  start: "2026-01-05T10:00:00Z",
  end: "2026-01-05T10:00:30Z",
  readTime: dateReader("DD.MM.YYYY HH:mm"),
};

/** Reads one fixture; each result as `status, application, start, recovered`. */
async function read(name: string): Promise<{ report: FileReport | undefined; results: string[] }> {
  const [report] = await ingestAll([join(folder, name)], undefined, ".", options, () => {});
  const results = (report?.preview ?? []).map(({ status, application, start, recovered }) =>
    [
      status,
      application,
      start?.replace("2026-01-05T", ""),
      ...(recovered ? [recovered.replace("2026-01-05T", "")] : []),
    ].join(", "),
  );
  return { report, results };
}

const cases: Record<string, (string | RegExp)[]> = {
  "allure/result.json": ["error, Payment Service, 10:00:00.25Z"],
  "aws-fis/completed.json": ["inconclusive, Order Management, 10:00:00.25Z"],
  "aws-fis/stop-condition.json": ["failed, Order Management, 10:00:00.25Z"],
  "aws-fis/stopped-by-hand.json": ["error, Order Management, 10:00:00.25Z"],
  "aws-fis/failed-sdk.json": ["error, Order Management, 10:00:00.25Z"],
  "aws-fis/running.yaml": ["running, Order Management, 10:00:00.25Z"],
  "azure-chaos/execution.json": ["inconclusive, vm-shutdown, 10:00:00.123456Z"],
  "azure-chaos/failed.json": ["error, vm-shutdown, 10:00:00Z"],
  "canonical/drills.csv": [
    "passed, Payment Service, 10:00:00Z, 10:00:42.5Z",
    "failed, Order Management, 2026-01-06T11:30:00Z",
  ],
  "canonical/results.ndjson": ["ok, Payment Service, 10:00:00Z", "fail, 2, 10:00:00Z, 10:00:30Z"],
  // written by the real tools
  "chaostoolkit/pass.json": [/^passed, Payment Service, .*Z, .*Z$/],
  "chaostoolkit/deviate.json": [/^failed, Payment Service, .*Z$/],
  "chaostoolkit/precondition.json": [/^error, Payment Service, .*Z$/],
  "chaostoolkit/probe.json": [/^failed, Payment Service, .*Z$/],
  "junit/pytest.xml": ["passed", "failed", "error", "skipped", "passed", "passed"].map(
    (status) => new RegExp(`^${status}, pytest, 2026-11-28T07:25:21.902045Z$`),
  ),
  "junit/gotestsum.xml": ["failed", "skipped", "passed", "passed", "passed"].map(
    (status) => new RegExp(`^${status}, shop, 2026-11-28T07:25:47Z$`),
  ),
  // two workers; an error on taking down is a case of its own
  "junit/pytest-xdist.xml": [
    ...["passed", "failed", "error", "skipped", "failed", "error", "failed", "error"],
    ...["passed", "passed", "passed", "skipped", "passed", "passed"],
  ].map((status) => new RegExp(`^${status}, pytest, 2026-11-28T13:54:03.49566Z`)),
  // the last is a package that cannot be built
  "junit/gotestsum-subtests.xml": [
    ...["failed, shop,", "failed, shop,", "failed, shop,", "skipped, shop,", "passed, shop,"],
    ...["passed, shop,", "failed, shop/p,", "failed, shop/q,"],
  ].map((each) => new RegExp(`^${each} 2026-11-28T13:54:13Z$`)),
  "chaos-mesh/list.json": ["inconclusive, cart, 10:00:02Z", "error, cart, 10:00:00Z"],
  "chaos-mesh/objects.yaml": ["inconclusive, cart, 10:00:03Z", "error, chaos, 11:00:00Z"],
  "jepsen/list-append/20260105T101112.500Z/results.edn": ["failed, list-append, 10:11:12.5Z"],
  "junit/colours.xml": ["failed, s, 14:00:00Z"],
  "junit/jest.xml": ["passed, failover, 10:00:00Z"],
  "junit/k6-thresholds.xml": [
    "passed, k6 thresholds, 10:00:00Z",
    "failed, k6 thresholds, 10:00:00Z",
  ],
  "junit/nested.xml": [
    "passed, inner, 10:00:00Z",
    "passed, inner, 10:00:00Z",
    "passed, outer, 09:00:00Z",
  ],
  "junit/surefire.xml": ["passed", "failed", "error", "skipped", "passed"].map(
    (status) => `${status}, Payment Service, 10:00:00Z`,
  ),
  // as a boolean, true says that the threshold was crossed
  "k6/export-held.json": ["passed, export-held, 10:00:00Z, 10:00:10.02Z"],
  "k6/export-crossed.json": ["failed, export-crossed, 10:00:00Z"],
  "k6/handle-summary-held.json": ["passed, handle-summary-held, 10:00:00Z"],
  "k6/handle-summary-crossed.json": ["failed, handle-summary-crossed, 10:00:00Z"],
  "k6/no-thresholds.json": ["inconclusive, no-thresholds, 10:00:00Z"],
  "k6/k6-2.json": ["inconclusive, cart, 10:00:00Z"],
  // the objective was 100 s: the tool passes it, silver does not
  "krkn/recovered-too-late.json": ["passed, payments, 10:00:00Z, 10:02:02.3Z"],
  "krkn/unrecovered.json": [
    "failed, payments, 10:00:00Z",
    "passed, node_scenarios, 10:00:00Z, 10:01:00.5Z",
  ],
  "litmus/api-answer.json": ["passed, cart, 10:00:00Z"],
  "litmus/chaosresult.json": ["passed, cart, 10:00:00Z"],
  "litmus/chaosresult-1.x.yaml": ["error, cart-chaos, 10:00:00Z"],
  "litmus/run.json": [
    "passed, cart, 10:00:00Z",
    "inconclusive, cart, 10:00:00Z",
    "failed, cart, 10:00:00Z",
    "error, cart-chaos, 10:00:00Z",
    "error, cart, 10:00:00Z",
  ],
  "steadybit/executions.json": ["passed", "failed", "error", "error"].map(
    (status) => `${status}, Cart survives a zone, 10:00:00.5Z`,
  ),
};

describe("what is read of", () => {
  it.each(Object.entries(cases))("%s", async (name, expected) => {
    const { report, results } = await read(name);
    expect(report?.refused).toBeUndefined();
    expect(report?.setAside).toEqual({});
    const patterns = expected.map((each) =>
      typeof each === "string" ? each : expect.stringMatching(each),
    );
    expect(results).toEqual(patterns);
  });

  it("outages: checks, minutes of a day, intervals and failed health checks", async () => {
    const files = ["outages/checks.csv", "outages/summary.json", "outages/outages.csv"];
    const counts = await Promise.all(files.map(async (name) => (await read(name)).report?.loaded));
    expect(counts).toEqual([2, 2, 3]);
    expect((await read("krkn/unrecovered.json")).report?.loaded).toBe(4);
  });
});
