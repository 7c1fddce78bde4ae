import { describe, expect, it } from "vitest";
import { formatGithubAnnotations } from "../../../runner/report/github/github-annotations.ts";
import {
  actionResult,
  assertionResult,
  everythingHostile,
  failedResult,
  hostile,
  runResult,
} from "./sample-run.ts";

const options = { workspace: "/repo", projectDir: "/repo/warehouse" };

describe("formatGithubAnnotations", () => {
  it("points at the file from the repository and at the line of the error", () => {
    const readSource = () => "config {}\n\nselect\n  dration\n";
    const result = runResult([failedResult("stg", "no such column")]);
    expect(formatGithubAnnotations(result, { ...options, readSource })).toEqual([
      "::error file=warehouse/definitions/silver/stg.sqlx,line=4,title=table silver.stg failed" +
        "::no such column (SQLSTATE 42703)%0Ahint: Perhaps you meant duration.",
    ]);
  });

  it("points a failed assertion at the line of its rule", () => {
    const readSource = () => "config {\n  assertions: {\n    uniqueKey: ['id']\n  }\n}";
    const result = runResult([assertionResult("uniqueKey (id)", 2)]);
    expect(formatGithubAnnotations(result, { ...options, readSource })).toEqual([
      "::error file=warehouse/definitions/silver/tests.sqlx,line=3," +
        "title=Assertion failed on silver.tests::uniqueKey (id): 2 failing rows",
    ]);
  });

  it("says nothing of actions that did not fail", () => {
    const skipped = actionResult("a", { status: "skipped", reason: "b failed" });
    expect(formatGithubAnnotations(runResult([actionResult("b"), skipped]), options)).toEqual([]);
  });

  it("shows ten and the number of the others", () => {
    const results = Array.from({ length: 13 }, (_, index) => failedResult(`t${index}`, "no"));
    const commands = formatGithubAnnotations(runResult(results), options);
    expect(commands.filter((command) => command.startsWith("::error "))).toHaveLength(10);
    expect(commands.at(-1)).toBe(
      "::notice title=dataform::3 more failures: see the log or the summary",
    );
    expect(formatGithubAnnotations(runResult(results.slice(0, 10)), options)).toHaveLength(10);
  });

  it("names no file that lies outside the repository", () => {
    const [command] = formatGithubAnnotations(runResult([failedResult("a", "no")]), {
      workspace: "/repo",
      projectDir: "/elsewhere",
    });
    expect(command).toMatch(/^::error title=table silver\.a failed::no/);
  });

  it("keeps every command on one line and every property in its place", () => {
    const values = [...Object.values(hostile), everythingHostile, "a,line=9::b%0A"];
    const results = values.map((value) => ({
      ...failedResult(value, value + "x".repeat(1_000_000)),
      fileName: `definitions/${value.replaceAll("/", "")}.sqlx`,
    }));
    for (const result of results) {
      const [command = "", ...others] = formatGithubAnnotations(runResult([result]), options);
      expect(others).toEqual([]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
      expect(command).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      expect(command).toMatch(/^::error file=[^:,]+,line=1,title=[^:,]+::/);
      expect(command.length).toBeLessThan(15_000);
    }
    const last = formatGithubAnnotations(runResult(results.slice(-1)), options)[0];
    expect(last).toContain("title=table silver.a%2Cline=9%3A%3Ab%250A failed::a,line=9::b%250A");
  });
});
