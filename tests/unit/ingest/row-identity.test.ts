import { expect, it } from "vitest";
import { outageRow, testRow } from "../../../ingest/load/rows.ts";
import type { MappedOutage, MappedTest } from "../../../ingest/mapped.ts";
import { readRows } from "../../support/ingested.ts";

const shop = { appId: null, appName: "Shop" };

/** What the rows of a file are called in bronze. */
async function namesOf(file: string, content: string | object): Promise<string[]> {
  const rows = (await readRows(file, content)) as (MappedTest | MappedOutage)[];
  return rows.map((row) => {
    const isTest = row.kind === "test";
    return (isTest ? testRow(row, shop, "manual", "full") : outageRow(row, shop, "manual", "full"))
      .name;
  });
}

const header = "Application,Scenario,Region,Date,Duration (min),Result";
const drill = (region: string, result = "Pass") =>
  `Shop,Failover,${region},2026-01-05,30,${result}`;
const regions = ["eu-west-1", "us-east-1", "ap-south-1"].map((region) => drill(region));
const table = (...lines: string[]) => [header, ...lines].join("\n");

it("tells rows apart that differ in a column which is not known", async () => {
  const names = await namesOf("a.csv", table(...regions));
  expect(new Set(names).size).toBe(3);
  // the same file once more, in another order, and with one of the rows twice
  expect(await namesOf("a.csv", table(...regions))).toEqual(names);
  expect(await namesOf("a.csv", table(...regions.toReversed()))).toEqual(names);
  const [first = "", second = "", third = ""] = regions;
  expect(await namesOf("a.csv", table(first, second, second, first, third))).toEqual([
    ...[names[0], names[1], names[1], names[0], names[2]],
  ]);
});

it("names a row as before the others came, and as it would be named without the column", async () => {
  const [name] = await namesOf("a.csv", table(...regions));
  expect(await namesOf("b.csv", table(drill("sa-east-1")))).toEqual([name]);
  const without = table(drill("x")).replace("Region,", "").replace("x,", "");
  expect(await namesOf("c.csv", without)).toEqual([name]);
  // rows of another result are not counted
  const failed = await namesOf("a.csv", table(drill("x", "Fail")));
  expect(await namesOf("a.csv", table(drill("eu"), drill("x", "Fail")))).toEqual([name, ...failed]);
});

it("takes rows that say the same in all columns for one, however they write nothing", async () => {
  const spelled = ["-", "", " ", "n/a", "TBD"].map((region) => drill(region));
  const names = await namesOf("a.csv", table(...spelled, drill("", " Pass ")));
  expect(new Set(names).size).toBe(1);
});

it("tells rows apart by a length without a unit, and by a second column for one thing", async () => {
  const count = async (columns: string, ...values: string[]) => {
    const lines = values.map((each) => `Shop,a,2026-01-05,${each}`);
    const text = [`App,Test,Date,${columns}`, ...lines].join("\n");
    return new Set(await namesOf("a.csv", text)).size;
  };
  expect(await count("Duration,Result", "45,Pass", "60,Pass", "60,Pass")).toBe(2);
  expect(await count("Test status,Result", "Done,Pass", "Done,Fail", "Done,Pass")).toBe(2);
  expect(await count("Service,Result", "cart,ok", "payment,ok")).toBe(2);
  // a day and a time of day are one start
  expect(await count("Start time,Result", "10:00,ok", "10:00:00,ok")).toBe(1);
});

it("tells objects of JSON and outages apart, too, whatever the order of their keys", async () => {
  const row = { app: "Shop", drill: "failover", status: "ok", start: "2026-01-05T10:00:00Z" };
  const rows = [
    { ...row, region: "eu" },
    { ...row, zone: { name: "eu" } },
    row,
    { region: "eu", ...row },
    { ...row, zone: { name: "us" } },
  ];
  const names = await namesOf("a.json", rows);
  expect(names[3]).toBe(names[0]);
  expect(new Set(names).size).toBe(4);
  const lines = rows.map((each) => JSON.stringify(each)).join("\n");
  expect(await namesOf("a.ndjson", lines)).toEqual(names);
  const outages = "App,Down from,Down until,Region\n";
  const outage = "Shop,2026-01-05 10:00,2026-01-05 10:30";
  const text = `${outages}${outage},eu\n${outage},us\n${outage},eu\n`;
  expect(new Set(await namesOf("b.csv", text)).size).toBe(2);
  // an id names a row, whatever else it says
  const named = [1, 2].map((count) => ({ ...row, run_id: "r1", count }));
  expect(await namesOf("c.json", named)).toEqual(["r1", "r1"]);
});

it("takes the number of a row for a name together with what was tested and when", async () => {
  const names = (...lines: string[]) =>
    namesOf("a.csv", ["ID,Application,Drill,Date,Result", ...lines].join("\n"));
  const [first, second] = await names("1,Shop,Failover,2026-01-05,Pass", "2,Shop,,2026-01-05,Pass");
  expect([first, second]).toEqual([
    "1 / Shop / Failover / 2026-01-05T00:00:00Z",
    "2 / Shop / 2026-01-05T00:00:00Z",
  ]);
  // the next sheet numbers its rows from 1 on, too
  expect(await names("1,Shop,Failover,2026-02-05,Fail")).not.toContain(first);
  expect(await names("1,Till,Failover,2026-01-05,Fail")).not.toContain(first);
  // the same row with another result corrects it
  expect(await names("1,Shop,Failover,2026-01-05,Fail")).toEqual([first]);
});

it("takes an id that is no number of a row for a name by itself", async () => {
  const row = { app: "Shop", drill: "failover", status: "ok", start: "2026-01-05T10:00:00Z" };
  const named = [
    { ...row, id: "DR-1" },
    { ...row, id: 20260105 },
    { ...row, id: 1, source: "drills" },
    { ...row, run_id: 1 },
    { ...row, source_run_id: "1" },
    { id: 1, ...row, run_id: "r1" },
  ];
  const names = await Promise.all(named.map((each) => namesOf("a.json", each)));
  expect(names.flat()).toEqual(["DR-1", "20260105", "1", "1", "1", "r1"]);
});

it("closes an outage without an id by a later row that says when it ended", async () => {
  const outage = (until: string, cause = "", region = "") =>
    `Shop,2026-01-05 10:00,${until},${cause},${region}`;
  const namesIn = (...lines: string[]) =>
    namesOf("a.csv", ["App,Down from,Down until,Cause,Region", ...lines].join("\n"));
  const [open] = await namesIn(outage(""));
  expect(await namesIn(outage("2026-01-05 10:30", "disk", "eu"))).toEqual([open]);
  expect(await namesIn(outage("ongoing"), outage("2026-01-05 10:30", "disk"))).toEqual([
    open,
    open,
  ]);
  // two ends are two outages, and so are two regions
  const [first, second] = [outage("2026-01-05 10:30"), outage("2026-01-05 11:00")];
  const names = await namesIn(first, second, first);
  expect(names).toEqual([open, names[1], open]);
  expect(names[1]).not.toBe(open);
  const [eu, us] = await namesIn(outage("", "", "eu"), outage("2026-01-05 10:30", "", "us"));
  expect([eu, us]).toEqual([open, names[1]]);
});

it("takes what stands for nothing in a column of run ids for no id", async () => {
  const lines = ["a,N/A", "b,N/A", "c,-", "d,null", "e,r-1"].map(
    (each) => `Shop,ok,2026-01-05,${each}`,
  );
  const names = await namesOf("a.csv", ["App,Result,Start,Test,Run ID", ...lines].join("\n"));
  expect(new Set(names).size).toBe(5);
  expect(names.filter((name) => /^[0-9a-f]{64}$/.test(name))).toHaveLength(4);
  expect(names[4]).toBe("r-1");
});
