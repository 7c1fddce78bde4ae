import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";
const end = "2026-01-05T10:05:00Z";

it("takes the time in which krkn could not use a virtual machine for an outage of it", async () => {
  const span = { start_timestamp: "2026-01-05T10:00:00", end_timestamp: "2026-01-05T10:00:37.25" };
  const machine = { vm_name: "cart-vm", namespace: "shop", node_name: "n1", ...span };
  const checks = [
    { ...machine, status: true, check_type: "healthy" },
    { ...machine, status: false, ssh_status: true, vmi_ready: false, check_type: "vmi_ready" },
    // releases before 2026
    { ...machine, vm_name: "pay-vm", status: false },
  ];
  const expected = [
    {
      ...{ kind: "outage", cause: "vmi_ready", start, end: "2026-01-05T10:00:37.25Z" },
      hints: { ownName: "cart-vm", namespace: "shop" },
    },
    { kind: "outage", cause: null, hints: { ownName: "pay-vm" } },
  ];
  expect(await readRows("a.json", { telemetry: { virt_checks: checks } })).toMatchObject(expected);
  expect(await readRows("a.json", checks)).toMatchObject(expected);
  const scenario = {
    ...{ scenario_type: "kubevirt_vm_outage", exit_status: 0 },
    affected_vmis: { recovered: [], unrecovered: [{ vmi_name: "cart-vm", namespace: "shop" }] },
  };
  const run = { run_uuid: "u", scenarios: [scenario], health_checks: null, virt_checks: checks };
  expect(await readRows("a.json", run)).toMatchObject([
    { status: "passed", hints: { ownName: "shop", namespace: "shop" } },
    { ...expected[0], outageId: "u/virt check 1" },
    { ...expected[1], outageId: "u/virt check 2" },
  ]);
});

it("reads lengths of JUnit in nanoseconds, which would be years as seconds", async () => {
  const lengths = async (suite: string, ...cases: string[]) => {
    const inside = cases.map((time) => `<testcase name="a" time="${time}"/>`).join("");
    const rows = await readRows(
      "a.xml",
      `<testsuites ${suite}><testsuite timestamp="${start}">${inside}</testsuite></testsuites>`,
    );
    return (rows as MappedTest[]).map(({ durationMs }) => durationMs);
  };
  expect(await lengths('time="1602085292"', "548392417", "392738", "0")).toEqual([
    548.392417, 0.392738, 0,
  ]);
  expect(await lengths("", "228741708")).toEqual([228.741708]);
  expect(await lengths('time="86400"', "86399.5")).toEqual([86_399_500]);
  expect(await lengths('time="123456789.5"', "12")).toEqual([12_000]);
});

it("reads a run of a scenario in a workspace of Azure, and what is under way", async () => {
  const id =
    "/subscriptions/0/resourceGroups/chaos-rg/providers/Microsoft.Chaos/workspaces/w/scenarios/zone-down/runs/r-1";
  const vm =
    "/subscriptions/0/resourceGroups/shop-rg/providers/Microsoft.Compute/virtualMachines/cart-vm";
  const run = (status: string) => ({
    ...{ id, name: "r-1", type: "Microsoft.Chaos/workspaces/scenarios/runs" },
    properties: {
      ...{ status, startTime: start, endTime: end },
      scenarioRunSummary: [
        { actionUrn: "shutdown/1.0", state: "Succeeded", resources: [{ id: vm }] },
      ],
    },
  });
  expect(await readRows("a.json", run("Succeeded"))).toMatchObject([
    {
      ...{ status: "inconclusive", scenario: "zone-down", start, end, durationMs: 300_000 },
      metadata: { actions: [{ name: "shutdown/1.0", status: "Succeeded" }] },
      hints: { namespace: "shop-rg", tags: ["cart-vm"] },
    },
  ]);
  for (const status of ["PostProcessingQueued", "Processing", "Stopping", "Cancelling"]) {
    expect(await readRows("a.json", run(status))).toMatchObject([{ status: "running" }]);
  }
  expect(await readRows("a.json", run("Canceled"))).toMatchObject([{ status: "error" }]);
});

it("reads an execution of Steadybit out of a webhook and of an event for extensions", async () => {
  const facts = { experimentKey: "ADM-1", name: "Cart survives", state: "FAILED" };
  const execution = {
    ...{ id: 7, ...facts, created: start, ended: end, reason: "check failed" },
    environment: "a7efb4f1-9b8e-46a7-a3eb-ffc29ba75eae",
    steps: [{ id: "s", state: "FAILED" }],
  };
  const expected = { runId: "ADM-1/7", scenario: "Cart survives", status: "failed", start, end };
  const webhook = { event: "experiment.execution.failed", time: end, execution };
  expect(await readRows("a.json", webhook)).toMatchObject([
    { ...expected, error: "check failed", hints: { ownName: "Cart survives" } },
  ]);
  const event = {
    ...{ id: "e", eventName: "experiment.execution.failed", eventTime: end },
    ...{ environment: { id: "STG", name: "Staging" }, team: { key: "ADM", name: "Admins" } },
    experimentExecution: {
      ...{ ...facts, state: "failed", executionId: 7, preparedTime: "2026-01-05T09:59:58Z" },
      ...{ startedTime: start, endedTime: end },
    },
  };
  expect(await readRows("a.json", event)).toMatchObject([
    { ...expected, hints: { ownName: "Staging", tags: ["Admins"] } },
  ]);
  const step = { ...event.experimentExecution, id: "s", type: "action" };
  expect(await readRows("a.json", step)).toEqual([expect.stringContaining("no known format")]);
});

it("counts a test of Jepsen once, and says why its analysis came to no verdict", async () => {
  const read = async (path: string, edn: string) => await readRows(path, edn);
  const test = "store/shop/20260105T100000.000Z";
  expect(await read(`${test}/independent/3/results.edn`, "{:valid? true}")).toEqual([
    "the results of the key 3 alone, a part of those of the whole test",
  ]);
  const crashed = '{:valid? :unknown, :error "java.lang.OutOfMemoryError: Java heap space"}';
  expect(await read(`${test}/results.edn`, crashed)).toMatchObject([
    {
      ...{ runId: `shop/${start}`, scenario: "shop", status: "inconclusive", start },
      error: "java.lang.OutOfMemoryError: Java heap space",
    },
  ]);
  const lost = "{:set {:valid? :unknown}, :valid? :unknown, :cause :out-of-memory}";
  expect(await read("store/latest/results.edn", lost)).toMatchObject([
    { runId: null, hints: { ownName: null }, error: "checkers set, out-of-memory" },
  ]);
});

it("reads JSON documents that follow each other without a list, as jq prints them", async () => {
  const drill = (status: string) => ({ app: "Shop", status, start });
  const printed = (...documents: object[]) =>
    documents.map((each) => `${JSON.stringify(each, null, 2)}\n`).join("");
  expect(await readRows("a.json", printed(drill("ok"), drill("fail"), { a: 1 }))).toMatchObject([
    { status: "ok" },
    { status: "fail" },
    "entry 3: no known format of results",
  ]);
  const broken = async (text: string) => (await readRows("a.json", printed(drill("ok")) + text))[0];
  expect(await broken('{\n"a": 1')).toBe("the JSON is cut off");
  expect(await broken("and so on")).toContain("line 6: this is no JSON: Unexpected non-whitespace");
  expect(await broken('{\n"a": 1,, }')).toContain("line 7: this is no JSON: ");
});

it("takes a test that PHPUnit could only warn about for none that passed", async () => {
  const cases = '<testcase name="a"><warning type="W">no tests</warning></testcase>';
  const [row] = await readRows("a.xml", `<testsuite>${cases}</testsuite>`);
  expect(row).toMatchObject({ status: "inconclusive", error: "no tests" });
});

it("waits for the verdict of a fault of Litmus while its run is under way", async () => {
  const run = async (phase: string, finishedAt: string, experimentVerdict: string) => {
    const chaosData = { experimentName: "pod-delete", experimentVerdict };
    const nodes = { a: { startedAt: "1767607200", finishedAt, chaosData } };
    return ((await readRows("a.json", { uid: "u", phase, nodes })) as MappedTest[])[0]?.status;
  };
  expect(await run("Running", "", "Awaited")).toBe("running");
  expect(await run("Running", "", "Fail")).toBe("failed");
  expect(await run("Running", "1767607260", "Awaited")).toBe("error");
  expect(await run("Succeeded", "", "Awaited")).toBe("error");
});

it("waits for the end of a fault of Chaos Mesh that has a length and was not taken back", async () => {
  const object = (desiredPhase: string, duration: string | undefined, ...operations: string[]) => ({
    ...{ apiVersion: "chaos-mesh.org/v1alpha1", kind: "NetworkChaos" },
    metadata: { name: "x", namespace: "shop", creationTimestamp: start },
    spec: { action: "delay", duration },
    status: {
      experiment: {
        desiredPhase,
        containerRecords: [
          {
            id: "shop/cart",
            injectedCount: 1,
            events: operations.map((operation) => ({
              ...{ operation, type: "Succeeded", timestamp: start },
            })),
          },
        ],
      },
    },
  });
  const status = async (...given: Parameters<typeof object>) =>
    ((await readRows("a.json", object(...given))) as MappedTest[])[0]?.status;
  expect(await status("Run", "30s", "Apply")).toBe("running");
  expect(await status("Run", undefined, "Apply")).toBe("inconclusive");
  expect(await status("Run", "30s", "Apply", "Recover")).toBe("inconclusive");
  expect(await status("Stop", "30s", "Apply")).toBe("inconclusive");
});

it("reads what Clojure prints into results and EDN does not know", async () => {
  const pattern = String.raw`#"a\d\"b\\"`;
  const printed = `{:log {:valid? true, :p ${pattern}}, :run #'a/b, :rate ##NaN, :valid? true}`;
  expect(await readRows("results.edn", printed)).toMatchObject([
    {
      status: "passed",
      payload: { log: { p: String.raw`a\d"b`.concat("\\") }, run: { sym: "a/b" } },
    },
  ]);
});

it("reads executions of Azure and experiments of AWS as PowerShell writes them into JSON", async () => {
  const execution = {
    ...{ Id: "/subscriptions/0/providers/Microsoft.Chaos/experiments/vm/executions/e", Name: "e" },
    ...{ Type: "Microsoft.Chaos/experiments/executions", Status: "Failed", FailureReason: "no" },
    ...{ StartedAt: "/Date(1767607200000)/", StoppedAt: end },
  };
  expect(await readRows("a.json", execution)).toMatchObject([
    { runId: "e", scenario: "vm", status: "error", error: "no", start, end },
  ]);
  const Experiment = {
    ...{ Id: "EXP1", ExperimentTemplateId: "EXT1", StartTime: start, EndTime: end },
    State: { Reason: "Experiment halted by stop condition.", Status: { Value: "stopped" } },
    ...{ Actions: {}, Tags: { Name: "zone-down", app: "Shop" } },
  };
  expect(await readRows("a.json", { Experiment })).toMatchObject([
    {
      runId: "EXP1",
      scenario: "zone-down",
      status: "failed",
      start,
      end,
      hints: { ownName: "Shop" },
    },
  ]);
});

it("names a summary of k6 alike, packed or not", async () => {
  const summary = { metrics: {}, state: { testRunDurationMs: 5 } };
  const expected = [{ scenario: "cart", hints: { ownName: "cart" } }];
  expect(await readRows("load/cart.json", summary)).toMatchObject(expected);
  expect(await readRows("load/cart.json.gz", summary)).toMatchObject(expected);
});
