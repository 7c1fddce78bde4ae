import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readRows } from "../../support/ingested.ts";

/** The recoveries of rows of a table with these columns beside the application and the scenario. */
async function recoveries(columns: string, ...values: string[]) {
  const lines = values.map((each) => `Shop,a,${each}`);
  const text = [`Application,Scenario,${columns}`, ...lines].join("\n");
  const rows = (await readRows("drills.csv", text)) as MappedTest[];
  return rows.map((row) => (typeof row === "string" ? row : row.recovery));
}

const never = { recoveredAt: null, isRecovered: false, recoveryBasis: null };

it("knows the words for a test that did not recover, in each column about that", async () => {
  const words = ["not recovered", "Never", "did not recover", "unrecovered", "> 4h", "No recovery"];
  const columns = "Start,End,Result";
  const times = "2026-01-05 10:00,2026-01-05 14:00,Fail";
  for (const column of ["Recovery time (min)", "Recovered at", "Recovered"]) {
    const rows = words.map((each) => `${times},${each}`);
    expect(await recoveries(`${columns},${column}`, ...rows), column).toMatchObject(
      words.map(() => never),
    );
  }
  const [found] = await recoveries(`${columns},Recovery time (min)`, `${times},45`);
  expect(found).toMatchObject({ recoveredAt: "2026-01-05T10:45:00Z", isRecovered: null });
  expect(await recoveries(`${columns},Recovery time (min)`, `${times},soon`)).toEqual([
    expect.stringContaining("soon"),
  ]);
});

it("takes a start and an end that are one day for no length of a recovery", async () => {
  const bases = async (columns: string, ...values: string[]) =>
    (await recoveries(columns, ...values)).map((row) =>
      typeof row === "string" ? row : row.recoveryBasis,
    );
  const columns = "Start date,End date,Result";
  expect(
    await bases(
      columns,
      "2026-01-05,2026-01-05,Fail",
      "2026-01-05 00:00,2026-01-05,Fail",
      "2026-01-05,2026-01-06,Fail",
      "2026-01-05,,Fail",
    ),
  ).toEqual(["none", null, null, null]);
  expect(await bases(`${columns},Duration (min)`, "2026-01-05,2026-01-05,Fail,30")).toEqual([null]);
});
