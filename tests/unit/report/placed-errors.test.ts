import { expect, it } from "vitest";
import { formatJunit } from "../../../runner/report/files/junit-report.ts";
import { formatRunResults } from "../../../runner/report/files/run-results-file.ts";
import { formatUnitTestJson } from "../../../runner/report/files/unit-test-json.ts";
import { planJson } from "../../../runner/report/plan/plan-json.ts";
import type { UnitTestResult } from "../../../runner/results/unit-test-result.ts";
import { failedResult, runResult } from "./sample-run.ts";

const readSource = () => 'config { type: "table" }\n\nselect\n  nope\nfrom orders\n';
const statement = "\nselect\n  nope\nfrom orders\n";
const error = {
  message: 'column "nope" does not exist',
  sqlstate: "42703",
  statement,
  position: 11,
};
const place = { line: 4, column: 3 };
const failed = failedResult("b", "no");
const file = failed.fileName;
const action = {
  ...failed,
  tasks: failed.tasks.map((task) => ({ ...task, error, replacement: "in place" })),
};

it("the result of a run in JSON has file, line and column of an error, and how rows came", () => {
  const context = { project: "p", database: "d", readSource };
  const { actions } = JSON.parse(formatRunResults(runResult([action]), context));
  expect(actions[0].tasks[0]).toMatchObject({
    replacement: "in place",
    error: { ...error, file, ...place },
  });
});

it("a plan in JSON has them", () => {
  const { target, fileName } = failed;
  const graph = {
    schemas: [],
    actions: [
      {
        target,
        fileName,
        type: "table",
        tags: [],
        dependencyTargets: [],
        disabled: false,
        tasks: [],
      },
    ],
  } as unknown as Parameters<typeof planJson>[0];
  const finding = {
    target,
    effect: "create",
    status: "failed",
    error,
    uncheckedStatements: [],
    columnChanges: [],
  } as const;
  const text = planJson(
    graph,
    { validated: true, actions: [{ ...finding, uncheckedStatements: [], columnChanges: [] }] },
    readSource,
  );
  expect(JSON.parse(text).actions[0].plan.error).toEqual({ ...error, file, ...place });
});

it("a JUnit report has them", () => {
  expect(formatJunit(runResult([action]), { readSource })).toContain(
    `file="${file}" line="4" column="3"`,
  );
});

it("the result of unit tests has them, and what Dataform's own command gives", () => {
  const timing = { startTimeMillis: 0, endTimeMillis: 1 };
  const test: UnitTestResult = {
    ...{ name: "t", dataset: failed.target, fileName: "definitions/t.sqlx", tags: [], timing },
    ...{ status: "failed", error: { ...error, fileName: file, part: "the query" } },
  };
  const run = { status: "failed", timing, tests: [test] } as const;
  const { tests } = JSON.parse(formatUnitTestJson({ ...run, tests: [test] }, readSource));
  expect(tests[0]).toMatchObject({ name: "t", successful: false, error: { file, ...place } });
  expect(tests[0].messages.join("\n")).toContain('column "nope" does not exist');
});
