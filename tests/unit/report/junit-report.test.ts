import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import type { ExecutionGraph } from "../../../runner/plan/execution-graph.ts";
import { formatJunit, type JunitOptions } from "../../../runner/report/files/junit-report.ts";
import type { RunResult } from "../../../runner/results/run-result.ts";
import {
  actionResult,
  assertionResult,
  everythingHostile,
  failedResult,
  hostile,
  runResult,
} from "./sample-run.ts";

interface Verdict {
  type: string;
  message: string;
  "#text"?: string;
}
interface Case {
  classname: string;
  name: string;
  file: string;
  time: string;
  failure?: Verdict;
  error?: Verdict;
  skipped?: Verdict;
}
interface Suite {
  name: string;
  tests: string;
  failures: string;
  errors: string;
  skipped: string;
  testcase: Case[];
}

function parsed(result: RunResult, options: JunitOptions = {}) {
  const xml = formatJunit(result, options);
  expect(XMLValidator.validate(xml)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    processEntities: {
      enabled: true,
      maxTotalExpansions: 1_000_000,
      maxExpandedLength: 10_000_000,
    },
    isArray: (name) => name === "testsuite" || name === "testcase",
  });
  const root = parser.parse(xml).testsuites;
  const suites: Suite[] = typeof root === "string" ? [] : (root.testsuite ?? []);
  return { xml, root, suites };
}

describe("formatJunit", () => {
  it("has a suite per checked table and a case per assertion with rule, file and time", () => {
    const { suites, root } = parsed(
      runResult([
        actionResult("tests"),
        assertionResult("uniqueKey (id)", 0),
        assertionResult("rowConditions (a > 0)", 3, [{ id: "7", a: "-1" }]),
      ]),
    );
    expect(root).toMatchObject({ tests: "2", failures: "1", errors: "0" });
    expect(suites).toHaveLength(1);
    expect(suites[0]).toMatchObject({ name: "silver.tests", tests: "2", failures: "1" });
    expect(suites[0]?.testcase[0]).toEqual({
      classname: "silver.tests",
      name: "uniqueKey (id)",
      file: "definitions/silver/tests.sqlx",
      time: "1.500",
      "#text": undefined,
    });
    expect(suites[0]?.testcase[1]?.failure).toEqual({
      type: "failure",
      message: "3 failing rows",
      "#text": " id | a\n----+----\n  7 | -1",
    });
  });

  it("shows failed tables and refused assertions as errors with PostgreSQL's message", () => {
    const refused = {
      ...assertionResult("r", 0),
      ...failedResult("tests", "no such column"),
      type: "assertion" as const,
    };
    const { suites, root } = parsed(runResult([failedResult("stg", "boom"), refused]));
    expect(root).toMatchObject({ tests: "2", failures: "0", errors: "2" });
    const cases = suites.flatMap((suite) => suite.testcase);
    expect(cases.map((one) => one.error?.message)).toEqual(["no such column", "boom"]);
    expect(cases[1]?.error?.["#text"]).toContain("> 2 |   dration");
  });

  it("shows what did not run as skipped with the reason, the rule taken from the plan", () => {
    const skipped = actionResult("fact_rule", {
      type: "assertion",
      status: "skipped",
      reason: "silver.stg failed",
    });
    const graph: ExecutionGraph = {
      schemas: [],
      actions: [
        {
          target: skipped.target,
          type: "assertion",
          fileName: skipped.fileName,
          tags: [],
          dependencyTargets: [],
          disabled: false,
          tasks: [
            {
              type: "assertion",
              statement: "select 1",
              rule: "uniqueKey (day)",
              checks: { schema: "gold", name: "fact" },
            },
          ],
        },
      ],
    };
    const { suites } = parsed(runResult([skipped]), { graph });
    expect(suites[0]).toMatchObject({ name: "gold.fact", tests: "1", skipped: "1" });
    expect(suites[0]?.testcase[0]).toMatchObject({
      name: "uniqueKey (day)",
      skipped: { type: "skipped", message: "because silver.stg failed" },
    });
  });

  it("gathers assertions that check no single table", () => {
    const own = actionResult("every_row_has_its_raw_row", { type: "assertion" });
    const { suites } = parsed(runResult([own]));
    expect(suites[0]).toMatchObject({ name: "assertions on several tables" });
    expect(suites[0]?.testcase[0]?.name).toBe("every_row_has_its_raw_row");
  });

  it("is a valid report of an empty run", () => {
    const { root, suites } = parsed(runResult([]));
    expect(root).toMatchObject({ tests: "0", failures: "0", errors: "0" });
    expect(suites).toEqual([]);
  });

  it("holds hostile values as text, without characters that XML forbids", () => {
    const { xml, suites } = parsed(
      runResult([
        assertionResult(everythingHostile, 1, [{ [hostile.html]: everythingHostile }]),
        failedResult(everythingHostile, everythingHostile + "x".repeat(1_000_000)),
      ]),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/);
    expect(xml).not.toContain("<script>");
    expect(xml).not.toContain("]]>");
    expect(xml.length).toBeLessThan(200_000);
    expect(suites.flatMap(({ testcase }) => testcase)).toHaveLength(2);
    expect(suites[0]?.testcase[0]?.name).toContain(hostile.html);
    expect(suites[0]?.testcase[0]?.name).toContain("one\ntwo");
    expect(suites[1]?.name).toContain(`${hostile.html} ${hostile.cdata}`);
    expect(suites[0]?.testcase[0]?.failure?.["#text"]).toContain("\\x1b]52;c;aGk=\\x07");
  });

  it("keeps the sample of a table with a thousand columns short", () => {
    const row = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`c${index}`, "x".repeat(60)]),
    );
    const { xml } = parsed(runResult([assertionResult("r", 5, [row, row, row, row, row])]));
    expect(xml.length).toBeLessThan(30_000);
    expect(xml).toContain("more characters)");
  });

  it("keeps offending rows out when asked", () => {
    const result = runResult([assertionResult("r", 1, [{ email: "a@example.com" }])]);
    expect(parsed(result).xml).toContain("example.com");
    expect(parsed(result, { samples: false }).xml).not.toContain("example.com");
  });
});
