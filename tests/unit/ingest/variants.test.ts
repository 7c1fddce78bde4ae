import { expect, it } from "vitest";
import { newReport } from "../../../ingest/file-report.ts";
import { exitCodeOf, fileLines, totalsOf } from "../../../ingest/format-report.ts";
import { dateReader } from "../../../ingest/values/date-format.ts";
import { ingestFiles } from "../../support/ingested.ts";

const json = (value: unknown) => JSON.stringify(value);

/** Results of files as `status start recovered`, one list for each file. */
async function resultsOf(files: Record<string, string>, options = {}): Promise<string[][]> {
  const reports = await ingestFiles(files, options);
  return Object.keys(files).map((name) =>
    (reports[name]?.preview ?? []).map(({ status, start, recovered }) =>
      [status, start?.slice(11), recovered?.slice(11)].filter(Boolean).join(" "),
    ),
  );
}

const journal = {
  ...{ "chaoslib-version": "1.20.0", status: "completed", deviated: false, run: [], rollbacks: [] },
  ...{ start: "2026-01-05T10:00:00", end: "2026-01-05T10:00:10", duration: 10 },
  experiment: { title: "t", method: [] },
};
const met = (steady_state_met: boolean) => ({ steady_state_met, probes: [{}] });

it("reads a journal that was never steady as an error, whatever it says of deviating", async () => {
  const before = { ...journal, status: "failed", deviated: true };
  const interrupted = { ...journal, status: "interrupted" };
  expect(
    await resultsOf({
      "a.json": json({ ...before, steady_states: { before: met(false), after: null } }),
      "b.json": json({
        ...interrupted,
        steady_states: { before: met(true), after: met(true), during: [] },
      }),
      "c.yaml": json({ ...journal, steady_states: { before: null, after: null } }),
    }),
  ).toEqual([["error 10:00:00Z"], ["error 10:00:00Z"], ["inconclusive 10:00:00Z"]]);
});

it("reads what further writers of JUnit say: ignored cases, and times as in a mail", async () => {
  const suite = (timestamp: string) =>
    `<testsuite name="s" timestamp="${timestamp}"><testcase name="a" time="1"/><testcase name="b"><ignored/></testcase></testsuite>`;
  expect(
    await resultsOf({
      "testng-6.xml": suite("5 Jan 2026 10:00:00 GMT"),
      "other.xml": suite("Mon, 05 Jan 2026 11:00:00 +0100"),
      "nobody-knows.xml": suite("2026-01-05T10:00:00 XYZ"),
    }),
  ).toEqual([
    ["passed 10:00:00Z", "skipped 10:00:00Z"],
    ["passed 10:00:00Z", "skipped 10:00:00Z"],
    ["passed", "skipped"],
  ]);
});

it("takes a recovery time of 0 in krkn for none, and reads the telemetry of its first releases", async () => {
  const times = { start_timestamp: 1_767_607_200, end_timestamp: 1_767_607_260 };
  const pods = (...seconds: number[]) => ({
    recovered: seconds.map((total_recovery_time) => ({ total_recovery_time })),
    unrecovered: [],
  });
  const scenario = { ...times, scenario_type: "pod_disruption_scenarios", exit_status: 0 };
  const old = { startTimeStamp: times.start_timestamp, endTimeStamp: times.end_timestamp };
  const scenarios = [
    { ...scenario, affected_pods: pods(0) },
    { ...scenario, affected_pods: pods(0, 12.5) },
    { ...old, scenario: "scenarios/etcd.yml", exitStatus: 1 },
  ];
  expect(await resultsOf({ "a.json": json({ telemetry: { run_uuid: "u", scenarios } }) })).toEqual([
    ["passed 10:00:00Z", "passed 10:00:00Z 10:00:12.5Z", "failed 10:00:00Z"],
  ]);
});

it("reads JUnit in the encoding that it declares, unless its bytes are UTF-8", async () => {
  const suite = (encoding: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><testsuite name="s" timestamp="2026-01-05T10:00:00Z"><testcase name="Zürich §"/></testsuite>`;
  const of = async (text: string, as: BufferEncoding) => {
    const report = (await ingestFiles({ "a.xml": Buffer.from(text, as) }))["a.xml"];
    return report?.preview[0]?.scenario ?? report?.refused?.message;
  };
  expect(await of(suite("ISO-8859-1"), "latin1")).toBe("Zürich §");
  expect(await of(suite("windows-1252"), "latin1")).toBe("Zürich §");
  expect(await of(suite("ISO-8859-1"), "utf8")).toBe("Zürich §");
  expect(await of(suite("UTF-8"), "latin1")).toContain("is no UTF-8");
  expect(await of(suite("Shift_JIS"), "latin1")).toContain("is no UTF-8");
});

it("names a result of Azure by its scenario, where a workspace holds that", async () => {
  const id = "/providers/Microsoft.Chaos/workspaces/w/scenarios/zone-down/runs/1";
  const run = json({ id, name: "1", properties: { status: "Succeeded" } });
  const report = (await ingestFiles({ "a.json": run }))["a.json"];
  expect(report?.preview[0]?.scenario).toBe("zone-down");
});

it("reads the forms in which APIs and command lines wrap a run", async () => {
  const execution = "/subscriptions/s/providers/Microsoft.Chaos/experiments/e/executions/1";
  const chaosData = { faultName: "pod-delete", faultVerdict: "Fail", engineName: "cart" };
  const node = { startedAt: "1767607200", finishedAt: "1767607260", chaosData };
  const executionData = json({ name: "r", phase: "Completed", nodes: { a: node } });
  expect(
    await resultsOf({
      "azure-cli.json": json([
        { id: execution, status: "Success", startedAt: "2026-01-05T10:00:00.1234567Z" },
      ]),
      "azure-2021.json": json({
        id: execution.replace("executions", "statuses"),
        properties: { status: "failed", createdDateUtc: "2026-01-05T10:00:00Z" },
      }),
      "litmus-3.json": json({
        data: { listExperimentRun: { experimentRuns: [{ executionData }] } },
      }),
      "litmus-2.json": json({
        data: { listWorkflowRuns: { workflowRuns: [{ execution_data: executionData }] } },
      }),
      "store/a/20260105T110000.000+0100/results.edn": "; of the checker\n{:valid? :unknown}",
    }),
  ).toEqual([
    ["inconclusive 10:00:00.123456Z"],
    ["error 10:00:00Z"],
    ["failed 10:00:00Z"],
    ["failed 10:00:00Z"],
    ["inconclusive 10:00:00Z"],
  ]);
});

it("reads what some writers say otherwise: states as attributes, lone scenarios, own metrics, numbers that are none", async () => {
  const state = (name: string, said: string) => `<testcase name="${name}" time="1" ${said}/>`;
  const states = [state("a", 'status="failed"'), state("b", 'result="error"')];
  const others = [state("c", 'status="BLOCKED"'), state("d", 'status="run" result="completed"')];
  const scenario = { scenario_type: "pod_disruption_scenarios", exit_status: 0, scenario: "a.yml" };
  const times = { start_timestamp: 1_767_607_200, end_timestamp: 1_767_607_260 };
  const thresholds = { "max<10": { ok: false } };
  expect(
    await resultsOf({
      "a.xml": `<testsuite name="s" timestamp="2026-01-05T10:00:00">${[...states, ...others].join("")}</testsuite>`,
      "b.json": json([
        { ...scenario, ...times },
        { ...scenario, ...times, exit_status: 1 },
      ]),
      "c.json": json({ metrics: { failover_ms: { thresholds } }, state: { testRunDurationMs: 5 } }),
      "store/a/20260105T100000.000Z/results.edn":
        '{:stats {:p99 ##NaN, :max ##Inf, :text "a ## \\" b"}, :valid? false}',
    }),
  ).toEqual([
    ["failed 10:00:00Z", "error 10:00:00Z", "skipped 10:00:00Z", "passed 10:00:00Z"],
    ["passed 10:00:00Z", "failed 10:00:00Z"],
    ["failed"],
    ["failed 10:00:00Z"],
  ]);
});

it("refuses by name what Chaos Mesh's dashboard says, since nothing shows that the fault was injected", async () => {
  const archive = { uid: "u", kind: "PodChaos", namespace: "shop", name: "x", created_at: "…" };
  const { "a.json": report } = await ingestFiles({ "a.json": json([archive]) });
  expect(report?.refused?.message).toContain("an event or archive of Chaos Mesh's dashboard");
});

it("sets the entries aside that are no result in a list of results", async () => {
  const drill = { app: "Shop", status: "ok", start_time: "2026-01-05T10:00:00Z", duration_ms: 1 };
  const { "a.json": report } = await ingestFiles({
    "a.json": json([drill, { title: "t", method: [] }, 3]),
  });
  expect(report).toMatchObject({ loaded: 1, setAside: { unknown_format: 2 } });
  expect(report?.details[0]).toContain("entry 2: a Chaos Toolkit experiment");
});

it("reads headers of spreadsheets, with units in brackets", async () => {
  const text =
    "Application;Scenario;Status;Start;Duration [s];Recovery time (s)\nShop;x;ok;2026-01-05 10:00:00;1,5;0,5\n";
  const report = (await ingestFiles({ "a.csv": text }))["a.csv"];
  expect(report).toMatchObject({ loaded: 1, notes: [] });
  expect(report?.preview[0]?.recovered).toBe("2026-01-05T10:00:00.5Z");
});

it("reads headers with quoted and doubled names, and refuses lines that end as on old Macs", async () => {
  const reports = await ingestFiles({
    "a.csv":
      'app,"scenario, in words",app,status,start,duration_ms\nShop,x,Web,ok,2026-01-05T10:00:00Z,1\n',
    "b.csv": "app,scenario,status,start,end\rShop,x,ok,2026-01-05T10:00:00Z,2026-01-05T10:01:00Z\r",
  });
  expect(reports["a.csv"]).toMatchObject({
    loaded: 1,
    notes: ["columns that are kept in the payload alone: scenario, in words"],
  });
  expect(reports["b.csv"]?.refused?.message).toContain("a carriage return alone");
});

it("reads times without an offset by the clocks of a time zone, where the tool does not mean UTC", async () => {
  const row = (start: string) => `Shop,ok,${start},1`;
  const options = { readTime: dateReader("DD.MM.YYYY HH:mm", "Europe/Berlin") };
  const suite =
    '<testsuite name="s" timestamp="2026-07-05T12:00:00"><testcase name="a"/></testsuite>';
  const table = [
    row("05.01.2026 11:00"),
    row("2026-07-05 12:00"),
    row("2026-07-05 12:00+01:00"),
    // left out, and twice
    row("2026-03-29 02:30"),
    row("2026-10-25 02:30"),
    row("99999-01-01"),
  ];
  expect(
    await resultsOf(
      {
        "a.csv": ["app,status,start,duration_ms", ...table].join("\n"),
        "b.xml": suite,
        "c.json": json({ ...journal, steady_states: { after: met(true) } }),
      },
      options,
    ),
  ).toEqual([
    [
      "ok 10:00:00Z",
      "ok 10:00:00Z",
      "ok 11:00:00Z",
      "ok 01:30:00Z",
      "ok 00:30:00Z",
      "ok T00:00:00Z",
    ],
    ["passed 10:00:00Z"],
    ["passed 10:00:00Z"],
  ]);
  expect(() => dateReader(undefined, "Berlin")).toThrow("--time-zone is none that there is");
});

it("reads the time of a fault in JUnit as the time of its suite", async () => {
  const recovered = async (fault: string, form?: string) => {
    const properties = `<properties><property name="fault_at" value="${fault}"/><property name="recovery_seconds" value="60"/></properties>`;
    const text = `<testsuite name="s" timestamp="2026-07-05T12:00:00"><testcase name="a">${properties}</testcase></testsuite>`;
    const options = { readTime: dateReader(form, "Europe/Berlin") };
    const { "a.xml": report } = await ingestFiles({ "a.xml": text }, options);
    return report?.preview[0]?.recovered;
  };
  const minuteLater = "2026-07-05T10:01:30Z";
  expect(await recovered("2026-07-05T12:00:30")).toBe(minuteLater);
  expect(await recovered("05/07/2026 12:00:30", "DD/MM/YYYY HH:mm:ss")).toBe(minuteLater);
  expect(await recovered("2026-07-05T10:00:30Z")).toBe(minuteLater);
  expect(await recovered("1783245630")).toBe(minuteLater);
});

it("explains results that are alike once", async () => {
  const line = json({ app: "Shop", status: "ok", start_time: "2026-01-05T10:00:00Z" });
  const { "a.ndjson": report } = await ingestFiles(
    { "a.ndjson": `${line}\n${line}\n` },
    { explain: true },
  );
  const lines = report === undefined ? [] : fileLines(report, false);
  expect(lines[1]).toBe("  a result: Shop by its own column (2 times)");
});

it("tells how many corrected results were of another application", () => {
  const counts = { formats: ["csv"], loaded: 3, corrected: 2, reassigned: 1 };
  expect(fileLines({ ...newReport("a.csv"), ...counts }, false)).toEqual([
    "a.csv: csv: 3 loaded, 2 of them corrected, 1 of these of another application before",
  ]);
  const totals = totalsOf([{ ...newReport("a.csv"), ...counts }]);
  expect([exitCodeOf(totals, false), exitCodeOf(totals, true)]).toEqual([0, 1]);
});
