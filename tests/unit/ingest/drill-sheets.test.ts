import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readMoment } from "../../../ingest/values/moment.ts";
import { ingestFiles, readRows } from "../../support/ingested.ts";

const day = "2026-01-05T10:00:00Z";

/** The rows of a table, which has its lines. */
async function rowsOf(...lines: string[]): Promise<MappedTest[]> {
  return (await readRows("drills.csv", lines.join("\n"))) as MappedTest[];
}

it("reads what people call the columns of a drill", async () => {
  const rows = await rowsOf(
    "Exercise Date,System Tested,DR Scenario,Pass/Fail,Start (UTC),End (UTC),Actual RTO (min),Actual RPO (min)",
    "2026-01-05,Shop,Region lost,Pass,10:00,11:00,42.5,2",
    "2026-01-05,Shop,Region lost,Fail,10:00,11:00,N/A,-",
  );
  expect(rows).toMatchObject([
    {
      ...{ hints: { ownName: "Shop" }, scenario: "Region lost", status: "Pass", start: day },
      end: "2026-01-05T11:00:00Z",
      recovery: { recoveredAt: "2026-01-05T10:42:30Z", dataLossSeconds: 120, recoveryBasis: null },
    },
    // a column for the recovery without a value: the length of the test does not stand for it
    {
      status: "Fail",
      recovery: { recoveredAt: null, dataLossSeconds: null, recoveryBasis: "none" },
    },
  ]);
});

it("reads lengths with their unit in the value or the name, and no number without one", async () => {
  const seconds = async (name: string, value: string) => {
    const [row] = await rowsOf(`App;Test;Status;Start;${name}`, `Shop;a;ok;${day};${value}`);
    return typeof row === "string" ? "set aside" : (row?.durationMs ?? Number.NaN) / 1000;
  };
  const lengths: [string, string, unknown][] = [
    ["Duration", "45 min", 2700],
    ["Duration", "1h 30m", 5400],
    ["Duration", "1 hr. 30 min.", 5400],
    ["Duration", "1 hour, 2 minutes and 3 seconds", 3723],
    ["Elapsed time", "PT1H2M3S", 3723],
    ["Test duration", "0:45:30", 2730],
    ["Duration", "2m14s", 134],
    ["Duration (hrs)", "1,5", 5400],
    ["Duration in hours", "0.5", 1800],
    ["Duration (hh:mm)", "01:30", 5400],
    ["Duration (mm:ss)", "01:30", 90],
    ["duration_msecs", "1500", 1.5],
    ["Duration", "45", Number.NaN],
    ["Duration", "1:30", Number.NaN],
    ["Duration", "long", "set aside"],
    ["Duration", "45 minutes of 60", "set aside"],
  ];
  for (const [name, value, expected] of lengths) {
    expect([name, value, await seconds(name, value)]).toEqual([name, value, expected]);
  }
});

it("ends a drill with its recovery when nothing else says how long it was", async () => {
  const header = "Date,App,Test,Result,RTO actual (min)";
  expect(await rowsOf(header, `${day},Shop,a,ok,5`)).toMatchObject([
    { start: day, end: "2026-01-05T10:05:00Z", durationMs: null },
  ]);
  expect(await rowsOf(`${header},Duration (s)`, `${day},Shop,a,ok,5,900`)).toMatchObject([
    { end: null, durationMs: 900_000 },
  ]);
});

it("takes yes and no for an outcome where the column asks whether it passed", async () => {
  const statuses = async (name: string, ...values: string[]) => {
    const lines = values.map((value) => `Shop,a,${day},${value}`);
    return (await rowsOf(`App,Test,Start,${name}`, ...lines)).map(({ status }) => status);
  };
  const expected = ["passed", "failed", "passed", "failed", "Success"];
  expect(await statuses("Passed?", "TRUE", "false", "yes", "N", "Success")).toEqual(expected);
  expect(await statuses("Success", "1", "0", "y", "no", "Success")).toEqual(expected);
  // beside the number of failures, it is a number
  expect(await readRows("a.json", { app: "Shop", start: day, passed: 1, failed: 0 })).toEqual([
    "no known format of results",
  ]);
});

it("finds the header below a title, and says what stands above it", async () => {
  const lines = ["DR drills 2026,,,", "sep=,", ",,,", "Date,App,Test,Result", `${day},Shop,a,soon`];
  const { "a.csv": report } = await ingestFiles({
    "a.csv": `${lines.join("\n")}\nnever,Shop,b,ok\n`,
  });
  expect(report).toMatchObject({ loaded: 1, notes: ["above the header: DR drills 2026,,,"] });
  expect(report?.details).toEqual([
    'bad_value: line 6: start_time is no time: "never" (other spellings: --date-format)',
  ]);
});

it("reads a header with a name that goes on in the next line, as Excel breaks it", async () => {
  const names = 'App,Test,"Test\ndate","Recovery\r\ntime (min)",Result';
  const rows = "Shop,a,2026-01-05,10,ok\nShop,b,never,1,ok\n";
  expect(await readRows("a.csv", `Drills,,,,\n${names}\n${rows}`)).toMatchObject([
    {
      ...{ scenario: "a", start: "2026-01-05T00:00:00Z" },
      recovery: { recoveredAt: "2026-01-05T00:10:00Z" },
    },
    expect.stringContaining("line 6: start_time is no time"),
  ]);
  // a quote by itself opens no name
  const inches = `Disks of 5"\nApp,Test,Start,Result,5" disk\nShop,a,${day},ok,1\n`;
  expect(await readRows("a.csv", `${inches}Shop,b,${day},ok,2\n`)).toMatchObject([
    { scenario: "a" },
    { scenario: "b" },
  ]);
});

it("takes a line of a log, or a point of a measurement, with a time and a status for no test", async () => {
  const line = { timestamp: day, service: "shop", status: "ok" };
  const no = ["no known format of results"];
  expect(await readRows("a.json", line)).toEqual(no);
  expect(await readRows("a.csv", `timestamp,service,status\n${day},shop,ok\n`)).toEqual(no);
  const points = "metric_name,timestamp,metric_value,check,group,name,scenario,status,url";
  expect(await readRows("a.csv", `${points}\nhttp_reqs,1767607200,1,,,a,default,200,u\n`)).toEqual(
    no,
  );
  expect(await readRows("a.json", { ...line, drill: "failover" })).toMatchObject([{ start: day }]);
});

it("reads an outage that goes on", async () => {
  expect(await rowsOf("App,Start,End,Root cause", `Shop,${day},ongoing,disk`)).toMatchObject([
    { kind: "outage", start: day, end: null, cause: "disk" },
  ]);
});

it("reads days that no two countries write differently, in words, with dots, and a clock of two halves", () => {
  const ten = [
    ...["5.1.2026 10:00", "05.01.2026 10:00:00", "5-Jan-2026 10:00", "05-Jan-26 10:00"],
    ...["Jan 5, 2026 10:00 AM", "January 5th, 2026 at 10:00 a.m.", "Mon, January 5, 2026, 10:00"],
    ...["5 January 2026 10:00", "2026-1-5 10:00", "2026/01/05 10:00 AM", "2026-01-05 11:00 +01:00"],
  ];
  expect(ten.map(readMoment)).toEqual(ten.map(() => day));
  expect(readMoment("2026-01-05 12:30 AM")).toBe("2026-01-05T00:30:00Z");
  expect(readMoment("2026-01-05 12:30 PM")).toBe("2026-01-05T12:30:00Z");
  expect(readMoment("Jan 5, 2026")).toBe("2026-01-05T00:00:00Z");
  const none = ["5/1/2026", "13/01/2026", "31.02.2026", "5 Xan 2026", "05.01.26", "13:00 PM"];
  const halves = ["2026-01-05 13:00 PM", "2026-01-05 0:30 AM", "10.11.12.13", "Januar 5, 2026"];
  expect([...none, ...halves].map(readMoment)).toEqual([...none, ...halves].map(() => null));
});

it("bears a delimiter at the end of a line, and reads drills in a list with a name", async () => {
  expect(
    await rowsOf("App,Test,Status,Start", `Shop,a,ok,${day},`, `Shop,a,ok,${day},x`),
  ).toMatchObject([{ start: day }, "line 3: 5 values for 4 columns"]);
  const drills = [{ app: "Shop", drill: "failover", passed: true, start: day }];
  expect(await readRows("a.json", { quarter: "Q1", drills })).toMatchObject([{ status: "passed" }]);
});

it("reads the drills of a list whose object says something of all of them, too", async () => {
  const drills = ["a", "b"].map((drill) => ({ app: "Shop", drill, passed: true, start: day }));
  const about = { app: "Shop", date: "2026-01-05", status: "completed" };
  const both = [{ scenario: "a" }, { scenario: "b" }];
  expect(await readRows("a.json", { ...about, drills })).toMatchObject(both);
  const lines = [[], drills].map((each) => JSON.stringify({ ...about, drills: each }));
  expect(await readRows("a.ndjson", lines.join("\n"))).toMatchObject([
    { scenario: null, status: "completed" },
    ...both,
  ]);
  // a test that has parts is one
  const parts = { ...about, drill: "failover", tests: drills };
  expect(await readRows("a.json", parts)).toMatchObject([{ scenario: "failover" }]);
});

it("reads UTF-16 with its mark, as Excel and PowerShell write it", async () => {
  const sheet = `\ufeffApp\tTest\tStatus\tStart\r\nZürich 😀\ta\tok\t${day}\r\n`;
  const little = Buffer.from(sheet, "utf16le");
  const xml =
    '\ufeff<?xml version="1.0" encoding="utf-16"?><testsuite><testcase name="é"/></testsuite>';
  const reports = await ingestFiles({
    "a.txt": little,
    "b.txt": Buffer.from(little).swap16(),
    "c.xml": Buffer.from(xml, "utf16le"),
  });
  const names = Object.values(reports).map(({ preview }) => preview[0]);
  expect(names).toMatchObject([
    { application: "Zürich 😀", start: day },
    { application: "Zürich 😀", start: day },
    { scenario: "é" },
  ]);
});

it("reads a day of its own for the end, and times of day after midnight", async () => {
  const [row] = await rowsOf(
    "App,Test,Result,Start date,Start time,End date,End time,Injected at,Recovered",
    "Shop,a,ok,2026-01-05,23:50,2026-01-06,01:30,23:55,00:20",
    "Shop,a,ok,2026-01-05,10:00,,11:00,10:01,yes",
  );
  expect(row).toMatchObject({
    ...{ start: "2026-01-05T23:50:00Z", end: "2026-01-06T01:30:00Z" },
    recovery: {
      ...{ faultAt: "2026-01-05T23:55:00Z", recoveredAt: "2026-01-06T00:20:00Z" },
      isRecovered: null,
    },
  });
  const lines = ["App,Test,Result,Start date,Start time,End date,End time,Recovered"];
  expect(await rowsOf(...lines, "Shop,a,ok,2026-01-05,10:00,,11:00,yes")).toMatchObject([
    { start: day, end: "2026-01-05T11:00:00Z", recovery: { isRecovered: true, recoveredAt: null } },
  ]);
  expect(await rowsOf(...lines, "Shop,a,ok,2026-01-05,10:00,2026-01-06,,maybe")).toEqual([
    expect.stringContaining('is_recovered is no time: "maybe"'),
  ]);
});

it("reads dates with slashes when one date of the sheet shows which number is the day", async () => {
  const starts = async (...dates: string[]) => {
    const rows = await rowsOf(
      "App;Test;Status;Start;Note",
      ...dates.map((date) => `Shop;a;ok;${date};`),
    );
    return rows.map((row) => (typeof row === "string" ? "set aside" : row.start));
  };
  const [third, fifth] = ["2026-03-05T10:00:00Z", "2026-05-03T10:00:00Z"];
  expect(await starts("05/03/2026 10:00", "25/03/2026")).toEqual([third, "2026-03-25T00:00:00Z"]);
  expect(await starts("5/3/2026 10:00 AM", "3/25/2026")).toEqual([fifth, "2026-03-25T00:00:00Z"]);
  // no date shows it, or two dates that do not agree
  expect(await starts("05/03/2026", "06/03/2026")).toEqual(["set aside", "set aside"]);
  expect(await starts("25/03/2026", "03/25/2026")).toEqual(["set aside", "set aside"]);
  // the date of the sheet alone, with times of day
  const [first] = await rowsOf(
    "App;Test;Status;Date;Start time",
    "Shop;a;ok;05/03/2026;10:00",
    "Shop;a;ok;25/03/2026;10:00",
  );
  expect(first).toMatchObject({ start: third });
});

it("knows what a column says by the words around its start, its end and its outcome", async () => {
  const head = "Application Name,DR Test Name";
  const expected = {
    start: day,
    end: "2026-01-05T11:00:00Z",
    scenario: "Failover",
    status: "Pass",
  };
  for (const names of [
    "Test Start Date/Time,Test End Date/Time,Test Result",
    "Actual Start,Actual End,Exercise Outcome",
    "Failover start,Failover complete,Drill status",
    "Kickoff,Service restored,Pass or fail",
    "fault_start,recovered_time,verdict",
  ]) {
    const [row] = await rowsOf(`${head},${names}`, `Shop,Failover,${day},${expected.end},Pass`);
    expect(row, names).toMatchObject(expected);
  }
  // what was planned is no time of the test
  const [planned] = await rowsOf("App,Test,Planned start,Result", `Shop,Failover,${day},Pass`);
  expect(planned).toContain("no known format");
});

it("takes a list of incidents for outages, though it has a status", async () => {
  const [row] = await rowsOf("App,Status,Started,Resolved", `Shop,closed,${day},`);
  expect(row).toMatchObject({ kind: "outage", start: day, end: null });
  const [other] = await rowsOf("App,Started,Ended,Resolved", `Shop,${day},${day},Yes`);
  expect(other).toMatchObject({ kind: "outage", end: day });
});

it("names a test by its fault where nothing else does, and no incident", async () => {
  const [row] = await rowsOf(
    "Run,Fault,Service,Start (UTC),Time to recover (s),Verdict",
    "1,Kill pod,cart,2026-01-05 10:00:00,12.5,pass",
  );
  expect(row).toMatchObject({
    ...{ scenario: "Kill pod", status: "pass", start: day },
    recovery: { recoveredAt: "2026-01-05T10:00:12.5Z" },
  });
  const named = await rowsOf("experiment,faultType,app,ts,status", `a,kill,cart,${day},ok`);
  expect(named).toMatchObject([{ scenario: "a", start: day }]);
  const incidents = await rowsOf(
    "Service,Failure type,Status,Started,Resolved",
    `cart,disk,resolved,${day},2026-01-05T10:05:00Z`,
  );
  expect(incidents).toMatchObject([{ kind: "outage", end: "2026-01-05T10:05:00Z" }]);
  expect(await rowsOf("ts,level,service,status,msg,fault", `${day},info,cart,ok,x,y`)).toEqual([
    expect.stringContaining("no known format"),
  ]);
});
