import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";

/** The outcomes of a file's results, or why there are none. */
async function outcomes(name: string, content: string | object) {
  const rows = await readRows(name, content);
  return rows.map((row) => (typeof row === "string" ? row : row.status));
}

it("proves nothing by a dry run of Chaos Toolkit, nor by a hypothesis without probes", async () => {
  const met = (steady_state_met: boolean, probes: object[] = [{}]) => ({
    steady_state_met,
    probes,
  });
  const journal = (after: object, dry: unknown, deviated = false) => ({
    ...{
      "chaoslib-version": "1.44.0",
      status: "completed",
      deviated,
      run: [],
      rollbacks: [],
      start,
    },
    experiment: { title: "t", method: [], dry },
    steady_states: { before: met(true), after, during: [] },
  });
  const read = async (...given: Parameters<typeof journal>) =>
    (await outcomes("journal.json", journal(...given)))[0];
  expect(await read(met(true), "actions")).toBe("inconclusive");
  expect(await read(met(false), "activities", true)).toBe("inconclusive");
  expect(await read(met(false), true)).toBe("inconclusive");
  // the pauses alone are left out: the fault was there
  expect(await read(met(true), "pause")).toBe("passed");
  expect(await read(met(false), "Dry.PAUSE", true)).toBe("failed");
  expect(await read(met(true), null)).toBe("passed");
  expect(await read(met(true, []), null)).toBe("inconclusive");
});

it("takes no fault of Chaos Toolkit for begun whose action failed", async () => {
  const at = (second: number) => `2026-01-05T10:00:0${second}Z`;
  const entry = (type: string, second: number, more: object) => ({
    ...{ activity: { type, name: `${type} ${second}` }, start: at(second), end: at(second) },
    ...more,
  });
  const failed = { status: "failed", exception: ["Traceback", "403 Forbidden"] };
  const succeeded = { status: "succeeded" };
  const probe = entry("probe", 9, { ...succeeded, tolerance_met: true });
  const journal = (...run: object[]) => ({
    ...{ "chaoslib-version": "1.44.0", status: "completed", deviated: false, rollbacks: [], start },
    experiment: { title: "t", method: [] },
    steady_states: {
      before: { steady_state_met: true, probes: [probe] },
      after: { steady_state_met: true, probes: [probe] },
      during: [],
    },
    run,
  });
  const refused = [entry("action", 1, failed), entry("action", 2, failed)];
  const read = (...run: object[]) => readRows("journal.json", journal(...run));
  expect(await read(...refused, entry("probe", 3, succeeded))).toMatchObject([
    {
      ...{ status: "error", error: "403 Forbidden" },
      metadata: { upper_bound_time_to_steady_state_ms: null },
      recovery: { faultAt: null, recoveredAt: null, isRecovered: null, recoveryBasis: "none" },
    },
  ]);
  const deviated = { ...journal(...refused), deviated: true };
  expect(await outcomes("journal.json", deviated)).toEqual(["error"]);
  // the fault begins with the action that did not fail
  expect(await read(...refused, entry("action", 3, succeeded))).toMatchObject([
    { status: "passed", recovery: { faultAt: at(3), recoveredAt: at(9), isRecovered: true } },
  ]);
  // a method of probes alone has no action that could fail
  expect(await read(entry("probe", 3, failed))).toMatchObject([
    { status: "passed", recovery: { recoveryBasis: "none" } },
  ]);
});

it("takes no good answer for an outage that krkn's older releases called one", async () => {
  const span = { start_timestamp: "2026-01-05 10:00:00", end_timestamp: "2026-01-05 10:00:07" };
  const check = (status: boolean, status_code: unknown) => ({
    url: "http://pay/",
    status,
    status_code,
    ...span,
  });
  const health_checks = [
    check(false, "200"),
    check(false, 503),
    check(true, 200),
    check(false, null),
  ];
  expect(await readRows("a.json", { health_checks })).toMatchObject([
    { kind: "outage", cause: "status 503" },
    { kind: "outage", cause: null },
  ]);
});

it("counts all that krkn waited for a node, and no recovery while a node is away", async () => {
  const times = { start_timestamp: 1_767_607_200, end_timestamp: 1_767_607_500 };
  const recovered = async (...affected_nodes: object[]) => {
    const scenario = { scenario_type: "node_scenarios", exit_status: 0, ...times, affected_nodes };
    const [row] = (await readRows("a.json", { scenarios: [scenario] })) as MappedTest[];
    return row?.recovery.recoveredAt;
  };
  const stop = { node_name: "a", stopped_time: 140, not_ready_time: 0.5 };
  const startAgain = { node_name: "a", running_time: 12, ready_time: 43 };
  const reboot = { node_name: "b", not_ready_time: 10, ready_time: "50" };
  expect(await recovered(stop, startAgain)).toBe("2026-01-05T10:03:15.5Z");
  expect(await recovered(reboot)).toBe("2026-01-05T10:01:00Z");
  expect(await recovered(reboot, { node_name: "c", ready_time: 0 })).toBe("2026-01-05T10:01:00Z");
  expect(await recovered(reboot, stop)).toBeNull();
  expect(await recovered({ node_name: "d", terminating_time: 60 })).toBeNull();
});

it("takes no part of Chaos Mesh for an experiment that is none, nor one that nobody began", async () => {
  const object = (kind: string, status?: object) => ({
    ...{ apiVersion: "chaos-mesh.org/v1alpha1", kind, spec: {} },
    metadata: { name: "x", namespace: "shop", creationTimestamp: start },
    ...(status && { status }),
  });
  const no = "which is no experiment: give the experiments";
  for (const kind of ["PodNetworkChaos", "PodHttpChaos", "PodIOChaos", "Schedule", "Workflow"]) {
    const status = { failedMessage: "", observedGeneration: 1 };
    expect(await outcomes("a.json", object(kind, status))).toEqual([expect.stringContaining(no)]);
  }
  const never = [expect.stringContaining("what to run and not how it went")];
  expect(await outcomes("a.json", object("PodChaos"))).toEqual(never);
  expect(await outcomes("a.json", object("PodChaos", { experiment: {} }))).toEqual(never);
  const stopped = { conditions: [], experiment: { desiredPhase: "Stop" } };
  expect(await outcomes("a.json", object("PodChaos", stopped))).toEqual(["error"]);
});

it("reads the first ChaosResults of Litmus, and says of an empty one that no experiment wrote it", async () => {
  const head = { apiVersion: "litmuschaos.io/v1alpha1", kind: "ChaosResult" };
  const spec = { engine: "shop", experimentstatus: { phase: null, verdict: "pass" } };
  expect(await outcomes("a.json", { ...head, spec })).toEqual(["inconclusive"]);
  spec.experimentstatus.verdict = "fail";
  expect(await outcomes("a.json", { ...head, spec })).toEqual(["failed"]);
  expect(await outcomes("a.json", { ...head, spec: { engine: "shop" } })).toEqual([
    expect.stringContaining("which no experiment has written yet"),
  ]);
});

it("knows a stop condition of AWS FIS in one word, too", async () => {
  const state = { status: "stopped", reason: "Experiment halted by StopCondition." };
  const experiment = { experimentTemplateId: "t", id: "e", state, actions: {} };
  expect(await outcomes("a.json", { experiment })).toEqual(["failed"]);
});

it("says of a JUnit suite that counts tests and holds none that they are missing", async () => {
  const suite = (tests: number, content = "") =>
    `<testsuites><testsuite name="s" tests="${tests}">${content}</testsuite></testsuites>`;
  const missing = "suite s counts 6 tests and holds none of them";
  expect(await outcomes("a.xml", suite(6))).toEqual([missing]);
  expect(await outcomes("a.xml", suite(6, suite(6)))).toEqual([missing]);
  expect(await outcomes("a.xml", suite(6, '<testcase name="a"/>'))).toEqual(["passed"]);
  expect(await outcomes("a.xml", suite(6, "<error/>"))).toEqual(["error"]);
  expect(await outcomes("a.xml", suite(0))).toEqual([]);
});

it("reads XML with blanks before its declaration", async () => {
  const text = '\n  <?xml version="1.0"?><testsuite><testcase name="a"/></testsuite>';
  expect(await outcomes("a.xml", text)).toEqual(["passed"]);
});

it("refuses lines of which none is a result, and sets them aside beside one", async () => {
  const point = '{"type":"Point","metric":"http_reqs","data":{}}\n';
  const result = `{"app":"Shop","status":"ok","start":"${start}"}\n`;
  expect(await outcomes("a.json", point.repeat(3))).toEqual([
    "no line of it is a result: line 1: no results: it is a stream of points from k6 --out json, which has no verdict: give the summary",
  ]);
  expect(await outcomes("a.json", point + result)).toEqual([
    expect.stringContaining("line 1: no results: it is a stream"),
    "ok",
  ]);
  expect(await outcomes("a.json", `${point}${result.replace(start, "soon")}`)).toEqual([
    expect.stringContaining("line 1: no results: it is a stream"),
    expect.stringContaining('line 2: start_time is no time: "soon"'),
  ]);
});

it("takes no relative of a tool's results for a row of somebody's own", async () => {
  const run = { start, end: start, status: "completed", duration: 1 };
  const journal = { ...run, "chaoslib-version": "0.16.0", experiment: { title: "t" }, run: [] };
  expect(await outcomes("a.json", journal)).toEqual([
    "no results: it is a Chaos Toolkit journal of a release before 0.13, which does not say whether the system was steady",
  ]);
  const drill = { title: "Failover", method: "by hand", app: "Shop", ...run };
  expect(await outcomes("a.json", drill)).toEqual(["completed"]);
});

it("reads JSON as Python writes it, with NaN and infinity as null", async () => {
  const probe = { activity: { name: "p" }, output: "NaN", tolerance_met: true, end: start };
  const journal = {
    ...{ "chaoslib-version": "1.44.0", status: "completed", deviated: false, rollbacks: [], start },
    experiment: { title: 'about "NaN"', method: [] },
    steady_states: { before: null, after: { steady_state_met: true, probes: [probe] }, during: [] },
    run: [{ output: ["nan", "inf"] }],
  };
  const python = JSON.stringify(journal).replace('"nan"', "NaN").replace('"inf"', "-Infinity");
  expect(await readRows("a.json", python)).toMatchObject([
    { status: "passed", scenario: 'about "NaN"', payload: { run: [{ output: [null, null] }] } },
  ]);
  const line = `{"app":"Shop","status":"ok","start":"${start}","recovery_s":NaN}\n`;
  expect(await readRows("a.json", line.repeat(2))).toMatchObject([
    { status: "ok", recovery: { recoveredAt: null } },
    { status: "ok" },
  ]);
  expect(await outcomes("a.json", '{"run": NaN,\n x}')).toEqual([
    expect.stringContaining("this is no JSON"),
  ]);
});

it("reads a run of ChaosCenter 2 as its API wraps it", async () => {
  const chaosData = { experimentName: "pod-delete", experimentVerdict: "Fail", engineName: "cart" };
  const nodes = { a: { startedAt: "1767607200", finishedAt: "1767607260", chaosData } };
  const execution_data = JSON.stringify({ uid: "u1", name: "r", phase: "Succeeded", nodes });
  const [row] = await readRows("run.json", {
    data: { getWorkflowRuns: { workflow_runs: [{ workflow_run_id: "w1", execution_data }] } },
  });
  expect(row).toMatchObject({ runId: "u1/a", status: "failed", start });
});
