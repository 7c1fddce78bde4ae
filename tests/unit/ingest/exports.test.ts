import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readRows as read } from "../../support/ingested.ts";

/** Columns of a spreadsheet, and a row of it. */
async function readRow(columns: string, row: string, dateFormat?: string) {
  const delimiter = columns.includes(";") ? ";" : ",";
  const [result] = await read(
    "drills.csv",
    `App${delimiter}Result${delimiter}${columns}\nShop${delimiter}ok${delimiter}${row}\n`,
    dateFormat,
  );
  return result;
}

const day = "2026-01-05T10:00:00Z";

it("reads lengths in minutes, and the columns as programs and people name them", async () => {
  const minutes = await readRow("Start date,Duration (min),Recovery time (min)", `${day},5,3.5`);
  expect(minutes).toMatchObject({
    durationMs: 300_000,
    recovery: { faultAt: day, recoveredAt: "2026-01-05T10:03:30Z" },
  });
  const camel = { appName: "Shop", testCase: "Failover", status: "ok", startTime: day };
  expect(await read("a.json", { ...camel, durationMs: 7, endDate: day })).toMatchObject([
    { hints: { ownName: "Shop" }, scenario: "Failover", durationMs: 7, end: day },
  ]);
  expect(
    await read("a.csv", `Application Name,Service Name,Status,Start Time\nShop,,ok,${day}\n`),
  ).toMatchObject([{ hints: { ownName: "Shop" } }]);
});

it("reads days and times of day in columns of their own", async () => {
  const drill = await readRow("Date,Start time,End time", "2026-01-05,9:05,10:30");
  expect(drill).toMatchObject({ start: "2026-01-05T09:05:00Z", end: "2026-01-05T10:30:00Z" });
  const night = await readRow(
    "Start time;End time;Date",
    "23:50;00:10;05.01.2026",
    "DD.MM.YYYY HH:mm",
  );
  expect(night).toMatchObject({ start: "2026-01-05T23:50:00Z", end: "2026-01-06T00:10:00Z" });
  // an end with a day of its own is taken at its word
  const early = await readRow("Date,Start time,End time", "2026-01-05,10:00,2026-01-05T09:00:00Z");
  expect(early).toMatchObject({ start: day, end: "2026-01-05T09:00:00Z" });
  expect(await readRow("Date,Start time", "2026-01-05,")).toMatchObject({
    start: "2026-01-05T00:00:00Z",
  });
  expect(await readRow("Date,Start time", ",10:00")).toContain('start_time is no time: "10:00"');
  expect(
    await read("a.csv", "App,Day,Down from,Down until\nShop,2026-01-05,22:00,01:00\n"),
  ).toMatchObject([{ kind: "outage", start: "2026-01-05T22:00:00Z", end: "2026-01-06T01:00:00Z" }]);
});

it("reads numbers in groups of three digits, unless they may mean something else", async () => {
  const lengths = async (columns: string, values: string[]) =>
    await Promise.all(
      values.map(async (value) => {
        const result = await readRow(columns, `${day}${columns.includes(";") ? ";" : ","}${value}`);
        return typeof result === "string" ? "set aside" : result?.durationMs;
      }),
    );
  const written = [
    "1.234,5",
    "1 234,5",
    "1\u00a0234",
    "1'234.5",
    "1.234",
    "12,5",
    "1.23,5",
    "1 23",
  ];
  expect(await lengths("Start;duration_ms", written)).toEqual([
    ...[1234.5, 1234.5, 1234, 1234.5, 1.234, 12.5],
    ...["set aside", "set aside"],
  ]);
  expect(await lengths("Start,duration_ms", ['"1,234.5"', "1 234 567"])).toEqual([
    1234.5, 1_234_567,
  ]);
});

it("reads numbers before a unit as numbers without one", async () => {
  const seconds = async (delimiter: "," | ";", value: string) => {
    const columns = ["Start", "Recovery time"].join(delimiter);
    const result = await readRow(columns, `${day}${delimiter}"${value}"`);
    return typeof result === "string" ? "set aside" : result?.recovery.recoveredAt;
  };
  const [second, twentyMinutes] = ["2026-01-05T10:00:01.2Z", "2026-01-05T10:20:00Z"];
  for (const value of ["1,200 s", "20 min", "1 200 s", "1'200sec", "0.2 h, 480 s"]) {
    expect([value, await seconds(",", value)]).toEqual([value, twentyMinutes]);
  }
  expect(await seconds(",", "1,440 min")).toBe("2026-01-06T10:00:00Z");
  expect(await seconds(",", "1,2 s")).toBe(second);
  expect(await seconds(";", "1,200 s")).toBe(second);
  expect(await seconds(";", "1.200,0 s")).toBe(twentyMinutes);
  for (const value of ["1,20,0 s", "1 20 s", "1.2.3 s"]) {
    expect([value, await seconds(",", value)]).toEqual([value, "set aside"]);
  }
});

it("reads times counted since 1970 in seconds or parts of them, unless the form of dates says otherwise", async () => {
  const row = { app: "Shop", status: "ok" };
  const starts = async (start: unknown) =>
    ((await read("a.json", { ...row, start })) as MappedTest[]).map((each) => each.start ?? each);
  expect(await starts(1_767_607_200)).toEqual([day]);
  expect(await starts(1_767_607_200_500)).toEqual(["2026-01-05T10:00:00.5Z"]);
  expect(await starts("1767607200")).toEqual([day]);
  expect(await starts(1_767_607_200_500_000)).toEqual(["2026-01-05T10:00:00.5Z"]);
  expect(await starts("1767607200500000000")).toEqual(["2026-01-05T10:00:00.5Z"]);
  expect(await starts("2026010510000000")).toEqual([expect.stringContaining("is no time")]);
  expect(await starts(true)).toEqual([expect.stringContaining("start_time is no time: true")]);
  expect(await starts("17676072")).toEqual([expect.stringContaining("start_time is no time")]);
  expect(await readRow("Start", "2026010510", "YYYYMMDDHH")).toMatchObject({ start: day });
});

it("reads times of JUnit by name of month without a zone, none of the year 1, and a decimal comma", async () => {
  const suite = (timestamp: string, seconds = "12,5") =>
    `<testsuite name="s" timestamp="${timestamp}"><testcase name="a" time="60"><properties><property name="recovery_seconds" value="${seconds}"/></properties></testcase></testsuite>`;
  expect(await read("a.xml", suite("5 Jan 2026 10:00:00"))).toMatchObject([
    { start: day, recovery: { faultAt: day, recoveredAt: "2026-01-05T10:00:12.5Z" } },
  ]);
  expect(await read("a.xml", suite("0001-01-01T00:00:00Z"))).toMatchObject([
    { start: null, durationMs: 60_000, recovery: { faultAt: null, recoveredAt: null } },
  ]);
  // as the length of a case, in groups of three digits
  const recovered = async (seconds: string) =>
    ((await read("a.xml", suite(day, seconds))) as MappedTest[])[0]?.recovery.recoveredAt;
  for (const value of ["1200", "1,200", "1,200.0", "1.200,0"]) {
    expect([value, await recovered(value)]).toEqual([value, "2026-01-05T10:20:00Z"]);
  }
  expect(await Promise.all(["", "NaN", "-1", "1,2,3"].map(recovered))).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

it("takes the zero of a time in Go and .NET for no time in tables, too", async () => {
  const line = { app: "Shop", status: "ok", start_time: day, end_time: "0001-01-01T00:00:00Z" };
  expect(await read("a.ndjson", `${JSON.stringify(line)}\n`)).toMatchObject([
    { start: day, end: null },
  ]);
});

it("finds the time and name of a Jepsen test in the name of a file that was copied", async () => {
  const of = async (path: string) => {
    const [result] = (await read(path, "{:valid? true}")) as MappedTest[];
    return [result?.scenario, result?.start];
  };
  const start = "2024-12-18T01:01:01.81Z";
  expect(await of("store/etcd/20241218T010101.810Z/results.edn")).toEqual(["etcd", start]);
  expect(await of("store/etcd-20241218T010101.810Z-results.edn")).toEqual(["etcd", start]);
  expect(await of("jepsen__list-append__20241218T010101.810Z__results.edn")).toEqual([
    "jepsen__list-append",
    start,
  ]);
  expect(await of("20241218/results.edn")).toEqual(["results.edn", null]);
});

it("reads health checks of krkn without scenarios, and telemetry as Elasticsearch gives it", async () => {
  const times = { start_timestamp: "2026-01-05 10:00:00", end_timestamp: "2026-01-05 10:00:07" };
  const check = { url: "http://pay/health", status: false, ...times };
  const checks = [
    { ...check, status_code: 503 },
    { ...check, status: true },
  ];
  const expected = [{ kind: "outage", start: day, end: "2026-01-05T10:00:07Z" }];
  expect(await read("a.json", { health_checks: checks })).toMatchObject(expected);
  expect(await read("a.json", [check])).toMatchObject(expected);
  expect(
    await read("a.json", { telemetry: { run_uuid: "u", scenarios: [], health_checks: checks } }),
  ).toMatchObject(expected);
  expect(
    await read("a.json", { hits: { hits: [{ _source: { health_checks: checks } }] } }),
  ).toMatchObject(expected);
});

it("takes the action for the name of a journal whose title is empty", async () => {
  const journal = {
    ...{ "chaoslib-version": "1.20.0", status: "completed", deviated: false, run: [] },
    ...{ start: "2026-01-05T10:00:00", rollbacks: [], steady_states: { before: null } },
    experiment: { title: "", method: [{ provider: { func: "terminate_pods" } }] },
  };
  expect(await read("a.json", journal)).toMatchObject([
    { scenario: "terminate_pods", hints: { ownName: null } },
  ]);
});

it("reads a run of Litmus with milliseconds, and says what a ChaosEngine lacks", async () => {
  const node = {
    ...{ startedAt: "1767607200000", finishedAt: "1767607205000" },
    chaosData: { experimentName: "pod-delete", experimentVerdict: "Fail" },
  };
  expect(await read("a.json", { experimentRunID: "r", nodes: { a: node } })).toMatchObject([
    { status: "failed", start: day, durationMs: 5000 },
  ]);
  expect(await read("a.json", { kind: "ChaosEngine", spec: {} })).toEqual([
    expect.stringContaining("give its ChaosResult"),
  ]);
});
