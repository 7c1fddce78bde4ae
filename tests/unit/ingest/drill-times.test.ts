import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { ingestFiles, readRows } from "../../support/ingested.ts";

const ten = "2026-07-05T10:00:00Z";
const half = "2026-07-05T10:30:00Z";

/** The rows of a table, by the clocks of Berlin. */
async function inBerlin(lines: string[], dateFormat?: string) {
  const text = lines.join("\n");
  return (await readRows("drills.csv", text, dateFormat, "Europe/Berlin")) as MappedTest[];
}

it("takes a time for one of UTC where its column says so, whatever the time zone", async () => {
  const rows = async (columns: string, values: string, dateFormat?: string) =>
    await inBerlin([`App,Test,Result,${columns}`, `Shop,a,ok,${values}`], dateFormat);
  const both = [{ start: ten, end: half }];
  const [start, end] = ["2026-07-05 10:00", "2026-07-05 10:30"];
  expect(await rows("Start (UTC),End (GMT)", `${start},${end}`)).toMatchObject(both);
  expect(await rows("start_time_utc,endUTC", `${start},${end}`)).toMatchObject(both);
  expect(await rows("Date,Start UTC,End UTC", "2026-07-05,10:00,10:30")).toMatchObject(both);
  expect(await rows("Date,Time (UTC),End [UTC]", "2026-07-05,10:00,10:30")).toMatchObject(both);
  // the others are of the time zone, and an offset counts
  expect(await rows("Start,End (UTC)", "2026-07-05 12:00,2026-07-05 12:30+02:00")).toMatchObject(
    both,
  );
  const dotted = "05/07/2026 10:00,05/07/2026 10:30";
  expect(await rows("Start (UTC),End (UTC)", dotted, "DD/MM/YYYY HH:mm")).toMatchObject(both);
  const slashes = ["25/07/2026 10:00", "25/07/2026 12:30"];
  expect(await rows("Start (UTC),End", slashes.join(","))).toMatchObject([
    { start: "2026-07-25T10:00:00Z", end: "2026-07-25T10:30:00Z" },
  ]);
  const times = await rows("Injected at (UTC),Restored (UTC)", `${start},${end}`);
  expect(times).toMatchObject([{ start: ten, recovery: { recoveredAt: half } }]);
  expect(await rows("Start (UTC)", "2026-07-05 10:00 IST")).toEqual([
    expect.stringContaining("start_time is no time"),
  ]);
});

it("takes times of outages and of JSON for those of UTC by their name, too", async () => {
  expect(
    await inBerlin([
      "App,Started (UTC),Resolved (UTC)",
      "Shop,2026-07-05 10:00,2026-07-05 10:30",
      "Shop,2026-07-05 10:00,ongoing",
    ]),
  ).toMatchObject([
    { kind: "outage", start: ten, end: half },
    { kind: "outage", start: ten, end: null },
  ]);
  const line = {
    app: "Shop",
    status: "ok",
    start_utc: "2026-07-05 10:00",
    end: "2026-07-05 12:30",
  };
  expect(await readRows("a.json", line, undefined, "Europe/Berlin")).toMatchObject([
    { start: ten, end: half },
  ]);
});

it("reads a time of day after midnight by the clocks of its own day", async () => {
  const header = "App,Test,Result,Date,Start time,Restored at,End time,Injected at (UTC)";
  const night = async (day: string, dateFormat?: string) => {
    const four = dateFormat === undefined ? "4:00 am" : "4:00";
    const row = `Shop,a,ok,${day},23:30,03:10,${four},00:15`;
    const [test] = await inBerlin([header, row], dateFormat);
    return [test?.start, test?.recovery.recoveredAt, test?.end, test?.recovery.faultAt];
  };
  // the clocks go back an hour in the first night, and forward in the second
  const autumn = ["2026-10-24T21:30:00Z", "2026-10-25T02:10:00Z", "2026-10-25T03:00:00Z"];
  const spring = ["2026-03-28T22:30:00Z", "2026-03-29T01:10:00Z", "2026-03-29T02:00:00Z"];
  const summer = ["2026-07-31T21:30:00Z", "2026-08-01T01:10:00Z", "2026-08-01T02:00:00Z"];
  expect(await night("2026-10-24")).toEqual([...autumn, "2026-10-25T00:15:00Z"]);
  expect(await night("28.3.2026")).toEqual([...spring, "2026-03-29T00:15:00Z"]);
  expect(await night("10/24/2026")).toEqual([...autumn, "2026-10-25T00:15:00Z"]);
  expect(await night("31/07/2026", "DD/MM/YYYY HH:mm")).toEqual([
    ...summer,
    "2026-08-01T00:15:00Z",
  ]);
  expect(await night("31 July 2026")).toEqual([...summer, "2026-08-01T00:15:00Z"]);
});

it("takes the date of a drill for its start, and not when a form was sent", async () => {
  const read = async (...lines: string[]) =>
    (await readRows("drills.csv", lines.join("\n"))) as MappedTest[];
  const google = "Timestamp,Application,Scenario,Date of drill,Result,Recovery time (min)";
  const answer = "1/20/2026 16:23:05,Payment Service,Database Failover,1/15/2026,Pass,12";
  const midnight = "2026-01-15T00:00:00Z";
  expect(await read(google, answer)).toMatchObject([
    { start: midnight, recovery: { recoveredAt: "2026-01-15T00:12:00Z" } },
  ]);
  const clocks = await read(`${google},Time,End time`, `${answer},10:00,10:30`);
  const times = { start: "2026-01-15T10:00:00Z", end: "2026-01-15T10:30:00Z" };
  expect(clocks).toMatchObject([times]);
  const { "a.csv": report } = await ingestFiles({ "a.csv": `${google}\n${answer}\n` });
  expect(report?.notes).toEqual(["columns that are kept in the payload alone: Timestamp"]);
  // the sheet of Microsoft Forms begins with when an answer was begun and sent
  const sent = "7,2026-01-20 16:20:00,2026-01-20 16:23:05,a@example.org,Ann";
  const microsoft = await read(
    "ID,Start time,Completion time,Email,Name,Application,Drill date,Result,Duration (min)",
    `${sent},Shop,2026-01-15,Pass,30`,
  );
  expect(microsoft).toMatchObject([{ start: midnight, end: null, durationMs: 1_800_000 }]);
  const incidents = await read(
    "ID,Start time,Completion time,Email,Name,Application,Incident start,Resolved at",
    `${sent},Shop,2026-01-15 10:00,2026-01-15 10:30`,
  );
  expect(incidents).toMatchObject([{ kind: "outage", ...times }]);
});

it("takes when a row was written for the start where nothing else says one", async () => {
  const line = { app: "Shop", drill: "failover", status: "ok", timestamp: ten };
  expect(await readRows("a.json", line)).toMatchObject([{ start: ten }]);
  expect(await readRows("a.json", { ...line, started_at: half })).toMatchObject([{ start: half }]);
  // what programs write beside the day of the same time
  expect(await readRows("a.json", { date: "2026-07-05", ...line })).toMatchObject([{ start: ten }]);
  // what is left out is no foreign key: half of the keys have to be known
  const foreign = { region: "eu", zone: "a", host: "b", cluster: "c", team: "d" };
  const object = { ...line, started_at: half, ...foreign };
  expect(await readRows("a.json", object)).toMatchObject([{ start: half }]);
});
