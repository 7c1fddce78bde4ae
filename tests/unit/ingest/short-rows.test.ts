import { expect, it } from "vitest";
import { ingestFiles, readRows } from "../../support/ingested.ts";

const header = "App,Scenario,Start,Result,Duration (min),Notes,Ticket";
const row = "Shop,Failover,2026-01-05 10:00,Pass,12";
const missing = ",,";

it("reads rows of Excel that end before their last columns, which are empty", async () => {
  const read = async (...lines: string[]) => await readRows("a.csv", lines.join("\r\n"));
  const short = await read(header, row, `${row.replace("Shop", "Cart")},slow`, "");
  expect(short).toMatchObject([
    { scenario: "Failover", status: "Pass", durationMs: 720_000, hints: { ownName: "Shop" } },
    { status: "Pass", hints: { ownName: "Cart" } },
  ]);
  // the same results as with all delimiters, by name and content
  const whole = await read(header, row + missing, `${row.replace("Shop", "Cart")},slow,`, "");
  expect(JSON.stringify(short)).toBe(JSON.stringify(whole));
  const outage = await read("Service;Down since;Up at;Reason", "Shop;2026-01-05 10:00", "");
  expect(outage).toMatchObject([{ kind: "outage", end: null }]);
});

it("reads notes of several lines, also with quotes in them, and in the last column", async () => {
  for (const end of ["\r\n", "\n"]) {
    const noted = [`"slow${end}and ""late"""`, `"slow\nand late"`].map((note) => `${row},${note}`);
    const text = [header, ...noted.flatMap((each) => [`${each},t`, `${each},"t"`]), row, ""];
    const { "a.csv": report } = await ingestFiles({ "a.csv": text.join(end) });
    expect(report).toMatchObject({ loaded: 5, setAside: {}, details: [] });
  }
  const last = `${row},t,"slow\nand late"`;
  expect(await readRows("a.csv", `${header}\n${last}`)).toMatchObject([{ status: "Pass" }]);
});

it("says how many rows ended early", async () => {
  const text = [header, `${row},n,t`, row, row.replace("10:00", "11:00"), ""].join("\n");
  const { "a.csv": report } = await ingestFiles({ "a.csv": text });
  expect(report).toMatchObject({ loaded: 3, setAside: {} });
  expect(report?.notes).toContain("2 rows end before the last columns, which count as empty");
});

it("sets aside rows that end early for another reason, by line", async () => {
  const whole = `${row},n,t`;
  const unclosed = `Cart,"Failover,2026-01-05 10:00,Fail,12`;
  const closing = `Till,"Failover",2026-01-05 10:00,Fail,12,n,t`;
  const setAside = async (...lines: string[]) => {
    const { "a.csv": report } = await ingestFiles({ "a.csv": lines.join("\n") });
    return report?.details;
  };
  const malformed = (line: number, count: number) => [
    `malformed_row: line ${line}: ${count} values for 7 columns`,
  ];
  // a quote that is not closed takes the line behind it
  expect(await setAside(header, whole, unclosed, closing, whole, "")).toEqual([
    "malformed_row: line 3: a double quote is not closed in its line",
  ]);
  expect(await setAside(header, whole, `Cart,"Failover,2026-01-05 10:00,Fail,12"`, "")).toEqual(
    malformed(3, 2),
  );
  expect(await setAside(header, whole, `${unclosed}\n`)).toEqual([
    "malformed_row: line 3: a double quote is never closed: nothing behind it is read",
  ]);
  // a note of several lines, above
  const noted = `Cart,Failover,2026-01-05 10:00,Fail,12,"a\r\nb",t`;
  expect(await setAside(header, noted, "", "Total,2", `Shop,"a",2`, "")).toEqual([
    ...malformed(5, 2),
    ...malformed(6, 3),
  ]);
  // what a result needs is not among the values
  expect(await setAside(header, "Shop,Failover,2026-01-05 10:00", whole, "")).toEqual(
    malformed(2, 3),
  );
  expect(await setAside(header, whole, "Total,2", "")).toEqual(malformed(3, 2));
  expect(await setAside(header, whole, "Shop,Failover,Pass,2026-01-05 10:00", "")).toEqual(
    malformed(3, 4),
  );
  // the file is cut off in a value
  expect(await setAside(header, whole, "Shop,Failover,2026-01-05 10:00,Pass,1")).toEqual(
    malformed(3, 5),
  );
  expect(await setAside(header, '"Till"'.concat(whole.slice(4)), row)).toEqual(malformed(3, 5));
});
