import { expect, it } from "vitest";
import { canonicalReader } from "../../../ingest/formats/canonical.ts";
import { readJunit } from "../../../ingest/formats/junit.ts";
import { dateReader } from "../../../ingest/values/date-format.ts";
import { readMoment } from "../../../ingest/values/moment.ts";
import { ingestFiles } from "../../support/ingested.ts";

const json = (value: unknown) => JSON.stringify(value);
const stamp = 'timestamp="2026-01-05T10:00:00Z"';

/** What is read of one file: each result as `scenario: status`, and its report. */
async function read(name: string, text: string) {
  const report = (await ingestFiles({ [name]: text }))[name];
  const said = (report?.preview ?? []).map(({ scenario, status }) => `${scenario}: ${status}`);
  return { said, report, first: report?.preview[0] };
}

it("reads times as C, Java, JavaScript, Go and compact ISO write them, and guesses none", () => {
  const ten = "2026-01-05T10:00:00Z";
  const same = [
    ...["Mon Jan  5 10:00:00 2026", "Mon Jan 05 10:00:00 UTC 2026", "20260105T100000Z"],
    ...["Mon Jan 05 2026 11:00:00 GMT+0100 (Central European Standard Time)"],
    ...["2026-01-05T05:00:00 GMT-05:00", "Mon Jan 05 05:00:00 GMT-05:00 2026"],
    ...["2026-01-05T11:00:00+01:00[Europe/Berlin]", "2026-01-05 11:00:00 +0100 CET m=+0.5"],
    "20260105 10:00:00.000",
    ...["2026-01-05 10:00:00 +0000 UTC", "2026/01/05 10:00:00", "2026-01-05T10:00:00.000Z"],
  ];
  expect(same.map(readMoment)).toEqual(same.map(() => ten));
  expect(readMoment("2026-01-05T10:00:00.120Z")).toBe("2026-01-05T10:00:00.12Z");
  const unclear = [
    "01/05/2026 10:00:00",
    "Mon Jan 05 10:00:00 IST 2026",
    "2026-01-05T10:00:00 CST",
    "Mon Xyz  5 10:00:00 2026",
  ];
  expect(unclear.map(readMoment)).toEqual([null, null, null, null]);
  expect(["2026-01-05T11:00:00 CET", "Mon Jan 05 05:00:00 CDT 2026"].map(readMoment)).toEqual([
    ten,
    null,
  ]);
  expect(["Sun Jan 05 03:00:00 PDT 2026", "2026-01-05T19:00:00.0 JST"].map(readMoment)).toEqual([
    ten,
    ten,
  ]);
  const inKolkata = dateReader(undefined, "Asia/Kolkata");
  expect(inKolkata("2026-01-05T15:30:00 IST")).toBe(ten);
  expect(inKolkata("Mon Jan 05 15:30:00 IST 2026")).toBe(ten);
  expect(inKolkata("2026-01-05T11:00:00 CET")).toBe(ten);
  expect(dateReader("DD.MM.YYYY")("2026-01-05T15:30:00 IST")).toBeNull();
  const inBerlin = dateReader(undefined, "Europe/Berlin");
  expect(inBerlin("2026-01-05T11:00:00+01:00[Europe/Berlin]")).toBe(ten);
  expect(inBerlin("Mon Jan  5 11:00:00 2026")).toBe(ten);
});

it("never passes a JUnit case whose attributes say something else", async () => {
  const states: [string, string][] = [
    ...(["Failure", "KO", "not ok", "failed"] as const).map((word): [string, string] => [
      word,
      "failed",
    ]),
    ...(["timedOut", "timeout", "canceled", "crashed", "Errored"] as const).map(
      (word): [string, string] => [word, "error"],
    ),
    ...(["notrun", "xfail", "suppressed"] as const).map((word): [string, string] => [
      word,
      "skipped",
    ]),
    ...(["Inconclusive", "unstable"] as const).map((word): [string, string] => [
      word,
      "inconclusive",
    ]),
    ...(["run", "completed", "passed", "1"] as const).map((word): [string, string] => [
      word,
      "passed",
    ]),
  ];
  const keys = ["status", "result", "outcome", "state"];
  const cases = states.map(
    ([word], index) => `<testcase name="${word}" ${keys[index % keys.length]}="${word}"/>`,
  );
  const flags = '<testcase name="no" success="False"/><testcase name="not" executed="false"/>';
  const { said } = await read("a.xml", `<testsuite ${stamp}>${cases.join("")}${flags}</testsuite>`);
  const expected = [...states.map((each) => each.join(": ")), "no: failed", "not: skipped"];
  expect(said).toEqual(expected);
});

it("loads a JUnit case however its length is written, and sets aside what is none", async () => {
  const lengths = ["0,512", "12,5", "1,234.5", "1.234,5", "0.5s", "500ms", "0:01:02.5", "NaN", ""];
  const cases = lengths.map((time) => `<testcase name="${time}" time="${time}"/>`);
  const text = `<testsuite ${stamp}>${cases.join("")}<testcase time="whatever"/></testsuite>`;
  const { report } = await read("a.xml", text);
  expect(report).toMatchObject({ loaded: lengths.length, setAside: { bad_value: 1 } });
  const junit = readJunit({ path: "a", start: null, end: null, readTime: readMoment });
  junit.write(text);
  const durations = junit
    .take()
    .map((each) => (each.kind === "test" ? each.durationMs : each.kind));
  expect(durations).toEqual([
    512,
    12_500,
    1_234_500,
    1_234_500,
    500,
    500,
    62_500,
    0,
    0,
    "setAside",
  ]);
});

it("reads JUnit suites that fail by themselves, prefixes, epochs, properties as text and escaped colours", async () => {
  const broken = `<testsuite name="s" ${stamp} errors="1"><error message="no connection"/></testsuite>`;
  expect((await read("a.xml", broken)).said).toEqual(["s: error"]);
  const prefixed = `<x:testsuite xmlns:x="urn:x" name="s" ${stamp}><x:testcase name="a"><x:failure message="&#27;[31m"/></x:testcase></x:testsuite>`;
  expect((await read("b.xml", prefixed)).said).toEqual(["a: failed"]);
  const properties =
    '<properties><property name="app">Payment Service</property><property name="recovery_seconds" value="12.5"/></properties>';
  const { first } = await read(
    "c.xml",
    `<testsuite name="s" timestamp="1767607200123">${properties}<testcase name="a"/></testsuite>`,
  );
  expect(first).toMatchObject({
    application: "Payment Service",
    start: "2026-01-05T10:00:00.123Z",
    recovered: "2026-01-05T10:00:12.623Z",
  });
});

it("reads krkn's telemetry out of a search engine, with pods as a list and times as text or milliseconds", async () => {
  const scenario = { scenario_type: "pod_disruption_scenarios", exit_status: 0 };
  const affected_pods = [{ pod_name: "p", namespace: "shop", total_recovery_time: 45.2 }];
  const times = { start_timestamp: 1_767_607_200_000, end_timestamp: "2026-01-05T10:01:00" };
  const { first } = await read(
    "a.json",
    json({ scenarios: [{ ...scenario, ...times, affected_pods }] }),
  );
  expect(first).toMatchObject({
    start: "2026-01-05T10:00:00Z",
    recovered: "2026-01-05T10:00:45.2Z",
  });
});

it("takes an object in the place of krkn's time for no time", async () => {
  const text =
    '{"scenarios":[{"scenario_type":"s","exit_status":0,"start_timestamp":{"toString":1,"valueOf":1}}]}';
  expect((await read("a.json", text)).first).toMatchObject({ status: "passed", start: null });
});

it("counts no probe of Litmus that came to no verdict", async () => {
  const result = (verdict: string | undefined) =>
    json({
      kind: "ChaosResult",
      spec: { engine: "cart", experiment: "pod-delete" },
      status: {
        experimentStatus: { verdict: "Pass" },
        probeStatuses: [{ name: "p", status: verdict ? { verdict } : { PostChaos: "Passed 👍" } }],
      },
    });
  expect((await read("a.json", result("N/A"))).said).toEqual(["pod-delete: inconclusive"]);
  expect((await read("b.json", result("Awaited"))).said).toEqual(["pod-delete: inconclusive"]);
  expect((await read("c.json", result("Passed"))).said).toEqual(["pod-delete: passed"]);
  expect((await read("d.json", result(undefined))).said).toEqual(["pod-delete: passed"]);
});

it("takes a journal and an execution out of what wraps them", async () => {
  const states = { before: null, after: { steady_state_met: true, probes: [{}] }, during: [] };
  const journal = {
    status: "completed",
    experiment: { title: "t" },
    run: [],
    steady_states: states,
  };
  expect((await read("a.json", json({ status: "done", result: journal }))).said).toEqual([
    "t: passed",
  ]);
  const experimentExecution = {
    id: 1,
    key: "A-1",
    name: "x",
    state: "FAILED",
    created: "2026-01-05",
  };
  expect((await read("b.json", json({ experimentExecution }))).said).toEqual(["x: failed"]);
  const jepsen = await read("store/etcd/latest/results.edn", "{:valid? false}");
  expect(jepsen.first).toMatchObject({ application: "etcd", status: "failed", start: null });
});

it("reads a comma in a number by what parts the columns", () => {
  const length = (text: string, isCommaSeparated: boolean) => {
    const context = { path: "a", start: null, end: null, readTime: readMoment, isCommaSeparated };
    const row = canonicalReader(
      { kind: "test", columns: [{ column: "duration_ms" }] },
      context,
    ).read([text], {});
    return row.kind === "test" ? row.durationMs : row.kind;
  };
  expect(length("1,234", true)).toBe(1_234);
  expect(length("1,234", false)).toBe(1.234);
  expect(length("12,5", true)).toBe(12.5);
});

it("reads the issues in which Upptime says when a site was down, and no other issue", async () => {
  const issue = { number: 7, title: "🛑 Shop is down", created_at: "2026-01-05T10:00:00Z" };
  const closed = { ...issue, closed_at: "2026-01-05T10:30:00Z" };
  const other = { ...issue, title: "⚠️ Shop has degraded performance" };
  const { report } = await read(
    "a.json",
    json([closed, { ...issue, number: 8, closed_at: null }, other]),
  );
  expect(report).toMatchObject({
    formats: ["upptime"],
    loaded: 2,
    setAside: { unknown_format: 1 },
  });
});
