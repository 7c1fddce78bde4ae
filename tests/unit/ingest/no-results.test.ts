import { expect, it } from "vitest";
import { readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";
const end = "2026-01-05T10:05:00Z";

it("says what messages, templates and lists of AWS FIS are, and reads experiments in a list", async () => {
  const message = [expect.stringContaining("a message about one moment of an AWS FIS experiment")];
  const record = {
    ...{ id: "EXP1", log_type: "experiment-end", event_timestamp: end, version: "2" },
    details: { experiment_end_time: end, experiment_state: { status: "completed" } },
  };
  expect(await readRows("a.json", record)).toEqual(message);
  expect(await readRows("a.log", `${JSON.stringify(record)}\n`.repeat(2))).toEqual(message);
  const event = {
    ...{ id: "1", "detail-type": "FIS Experiment State Change", source: "aws.fis", time: end },
    detail: { "experiment-id": "EXP1", "new-state": { status: "stopped" } },
  };
  expect(await readRows("a.json", event)).toEqual(message);
  expect(
    await readRows("a.json", { experimentTemplates: [{ id: "EXT1", creationTime: 1 }] }),
  ).toEqual([expect.stringContaining("an experiment template of AWS FIS")]);
  const state = { status: "cancelled", reason: "Experiment cancelled." };
  const short = { id: "EXP1", experimentTemplateId: "EXT1", state, creationTime: 1_767_607_200 };
  expect(await readRows("a.json", { experiments: [short] })).toEqual([
    expect.stringContaining("a list of AWS FIS experiments"),
  ]);
  // it was cancelled before it started
  expect(await readRows("a.json", { experiments: [{ ...short, actions: {} }] })).toMatchObject([
    { status: "error", runId: "EXP1", start },
  ]);
});

it("asks for the data instead of what kubectl describe prints for people", async () => {
  const described = [
    "Name:         cart-pod-delete",
    "Namespace:    shop",
    "API Version:  litmuschaos.io/v1alpha1",
    "Kind:         ChaosResult",
    "Status:",
    "  Experimentstatus:",
    "    Verdict:  Pass",
  ].join("\n");
  expect(await readRows("a.txt", described)).toEqual([
    "this is what kubectl describe prints for people, and no data",
  ]);
});

it("refuses a root of suites that holds those of another tool, and no report without tests", async () => {
  const check =
    "<testsuites><datetime>x</datetime><suite><test result='failure'/></suite></testsuites>";
  expect(await readRows("a.xml", check)).toEqual([
    "XML, but no JUnit report: its root is <testsuites> with <datetime>",
  ]);
  const properties = '<properties><property name="a" value="b"/></properties>';
  for (const inside of [
    "",
    properties,
    `${properties}<testsuite/>`,
    "<testsuite><x/></testsuite>",
  ]) {
    expect(await readRows("a.xml", `<testsuites>${inside}</testsuites>`)).toEqual([]);
  }
});

it("says of histories, of TAP and of empty lists why there is no result", async () => {
  expect(await readRows("history.edn", "{:process 0, :type :invoke, :f :read}\n")).toEqual([
    expect.stringContaining("an operation of a Jepsen history"),
  ]);
  const history = { failures: [{ component: "etcd", issue: "pod crash", count: 3 }] };
  expect(await readRows("a.json", { history })).toEqual([
    expect.stringContaining("a history of Cerberus"),
  ]);
  for (const tap of ["TAP version 13\n1..1\nok 1", "1..2\nok 1 - a, b", "not ok 1 - a\n1..1"]) {
    expect(await readRows("a.txt", tap)).toEqual(["TAP says of no test when it ran"]);
  }
  for (const empty of [[], { kind: "List", items: [] }, { experiments: [] }]) {
    expect(await readRows("a.json", empty)).toEqual(["no results: it is an empty list"]);
  }
});
