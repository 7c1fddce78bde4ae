import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { readRows } from "../../support/ingested.ts";

const day = "2026-01-05T10:00:00Z";

/** The outcomes of rows of a table with some columns for them. */
async function outcomes(columns: string, ...values: string[]) {
  const lines = values.map((each) => `Shop,a,${day},${each}`);
  const text = [`Application,Scenario,Date,${columns}`, ...lines].join("\n");
  const rows = (await readRows("drills.csv", text)) as MappedTest[];
  return rows.map((row) => (typeof row === "string" ? row : row.status));
}

it("lets a verdict count before a status, whatever comes first", async () => {
  const columns = "Execution Status,Test Result";
  const rows = ["Success,Fail", "Completed,Fail", "Completed,Pass", "Success,Partial"];
  const expected = ["Fail", "Fail", "Pass", "Partial"];
  expect(await outcomes(columns, ...rows)).toEqual(expected);
  const turned = rows.map((row) => row.split(",").reverse().join(","));
  expect(await outcomes("Test Result,Execution Status", ...turned)).toEqual(expected);
  expect(await outcomes("Status,Passed?", "Completed,no", "Done,yes")).toEqual([
    "failed",
    "passed",
  ]);
  // a verdict that no list of words has is silver's to judge, and no reason to look at the status
  expect(await outcomes(columns, "Success,RTO missed")).toEqual(["RTO missed"]);
});

it("takes the status where the verdict says nothing, or what happened", async () => {
  const columns = "Status,Outcome";
  expect(
    await outcomes(columns, "Running,", "skipped,n/a", "aborted,-", "Passed, ", ",Pass", "TBD,"),
  ).toEqual(["Running", "skipped", "aborted", "Passed", "Pass", "TBD"]);
  const told = "Passed,Traffic went to the other site";
  expect(await outcomes(columns, told, "Passed,Failed over to the other site")).toEqual([
    "Passed",
    "Passed",
  ]);
  expect(await outcomes(columns, "Passed,Failed: took an hour")).toEqual(["Failed: took an hour"]);
});

it("takes no test for passed that another column calls failed", async () => {
  const rows = ["Pass,Fail", "Fail,Pass", "PASS,❌ failed", "ok,Not passed", "Pass,Success!"];
  const expected = ["Fail", "Fail", "❌ failed", "Not passed", "Pass"];
  expect(await outcomes("Result,Verdict", ...rows)).toEqual(expected);
  expect(await outcomes("Result,Status", ...rows)).toEqual(expected);
  expect(await outcomes("Result,Passed", "Pass,no", "Fail,yes")).toEqual(["failed", "Fail"]);
});

it("reads the outcome of a JSON object from its verdict, too", async () => {
  const row = { app: "Shop", drill: "failover", start: day };
  const read = async (said: object) => {
    const [test] = (await readRows("a.json", { ...row, ...said })) as MappedTest[];
    return test?.status;
  };
  expect(await read({ status: "completed", passed: false })).toBe("failed");
  expect(await read({ status: "success", success: false })).toBe("failed");
  expect(await read({ passed: true, status: "failed" })).toBe("failed");
  expect(await read({ status: "completed", passed: true })).toBe("passed");
  expect(await read({ status: "running", passed: null })).toBe("running");
  expect(await read({ status: "completed", result: "failed" })).toBe("failed");
  // false for each test that is not passed: the status says why
  expect(await read({ status: "skipped", passed: false })).toBe("skipped");
  expect(await read({ status: "running", result: "", passed: false })).toBe("running");
  expect(await read({ status: "skipped", result: "fail", passed: false })).toBe("fail");
});
