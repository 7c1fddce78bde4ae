import { XMLParser } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { createConsoleReporter } from "../../../runner/report/console/console-reporter.ts";
import { formatJunit } from "../../../runner/report/files/junit-report.ts";
import { formatRunResults } from "../../../runner/report/files/run-results-file.ts";
import { formatGithubAnnotations } from "../../../runner/report/github/github-annotations.ts";
import { formatMarkdownSummary } from "../../../runner/report/github/markdown-summary.ts";
import { assertionResult, graphOf, passedWithRows, runResult } from "./sample-run.ts";

const results = [
  passedWithRows("warning", 3, [{ id: "7" }]),
  passedWithRows("tolerated", 1, [{ id: "8" }]),
  assertionResult("plain rule", 0),
];
const result = runResult(results);

describe("assertions that pass with failing rows", () => {
  it("are shown on the console: a warning with its rows, what is tolerated with its number", () => {
    let text = "";
    const write = (part: string) => {
      text += part;
    };
    const listener = createConsoleReporter({ write, color: false });
    listener({ type: "runStarted", graph: graphOf(results), database: "here" });
    for (const [index, each] of results.entries()) {
      listener({ type: "actionFinished", result: each, finished: index + 1, total: 3 });
    }
    listener({ type: "runFinished", result });
    const lines = text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
    expect(lines[1]).toBe("[1/3] warning assertion silver.tests 3 failing rows 1.50 s");
    expect(lines[2]).toBe("allowed: 2 rows");
    expect(lines).toContain("rule: rule that was warning");
    expect(lines).toContain("7");
    expect(lines).toContain("[2/3] successful assertion silver.tests 1 failing row 1.50 s");
    expect(lines).not.toContain("8");
    expect(lines).toContain("Assertions: 2 passed, 0 failed, 1 warning");
    expect(lines).toContain("Warning: silver.tests (definitions/silver/tests.sqlx)");
  });

  it("are passed cases in JUnit that say what was found", () => {
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(formatJunit(result));
    expect(testsuites["@_failures"]).toBe("0");
    const [warned, tolerated, plain] = testsuites.testsuite.testcase;
    expect(warned["system-out"]).toMatch(/^warning: 3 failing rows \(allowed: 2 rows\)\n id\n/);
    expect(tolerated["system-out"]).toMatch(/^tolerated: 1 failing row/);
    expect(plain).not.toHaveProperty("system-out");
  });

  it("stand before the others in the summary, a warning with its rows", () => {
    const text = formatMarkdownSummary(result);
    const rows = text.split("\n").filter((line) => /^\| .*rule/.test(line));
    expect(rows.map((row) => row.split(" | ")[0])).toEqual([
      "| status",
      "| **warning**",
      "| passed",
      "| passed",
    ]);
    expect(text.match(/<details><summary>.*failing row/g)).toHaveLength(1);
    expect(text).toMatch(/^## Run successful/);
  });

  it("are annotated as warnings when they warn", () => {
    const options = { workspace: "/repo", projectDir: "/repo" };
    expect(formatGithubAnnotations(result, options)).toEqual([
      "::warning file=definitions/silver/tests.sqlx,line=1,title=Assertion warns on silver.tests" +
        "::rule that was warning: 3 failing rows (allowed: 2 rows)",
    ]);
    const many = runResult(Array.from({ length: 12 }, () => passedWithRows("warning", 1)));
    expect(formatGithubAnnotations(many, options).at(-1)).toBe(
      "::notice title=dataform::2 more warnings: see the log or the summary",
    );
  });

  it("keep Dataform's status in run_results.json and say the verdict beside it", () => {
    const context = { project: "p", database: "d" };
    const { actions, status } = JSON.parse(formatRunResults(result, context));
    expect(status).toBe("successful");
    expect(actions[0]).toMatchObject({ status: "successful" });
    expect(actions[0].tasks[0].assertion).toMatchObject({ verdict: "warning", allowed: "2 rows" });
    expect(actions[2].tasks[0].assertion).not.toHaveProperty("verdict");
  });
});
