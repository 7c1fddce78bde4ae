import { expect, it } from "vitest";
import type { MappedTest } from "../../../ingest/mapped.ts";
import { ingestFiles, readRows } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";
const failed = (name: string, time = "30.5") =>
  `<testcase classname="shop.Failover" name="${name}" time="${time}"><failure message="no primary"/></testcase>`;
const passed = (name: string, time = "2.5") =>
  `<testcase classname="shop.Failover" name="${name}" time="${time}"/>`;
const suite = (...cases: string[]) =>
  `<testsuite name="shop.Failover" tests="${cases.length}" timestamp="${start}">${cases.join("\n")}</testsuite>`;
const merged = { mergesReruns: true };

const read = async (xml: string, options = merged) => {
  const rows = (await readRows("a.xml", xml, undefined, undefined, options)) as MappedTest[];
  return rows.map(({ scenario, status, durationMs, metadata }) => {
    const flaky = metadata?.flaky_results;
    return [scenario, status, durationMs, ...(flaky === undefined ? [] : [`flaky ${flaky}`])];
  });
};
const report = async (xml: string, options = {}) =>
  (await ingestFiles({ "a.xml": xml }, options))["a.xml"];

// as Gradle writes two rounds of a class, and gotestsum a package: what failed first, what passed last
const gradle = suite(
  failed("a()"),
  passed("b()"),
  failed("c()"),
  passed("a()"),
  failed("c()", "7"),
);
const gotestsum = suite(
  failed("a()"),
  failed("c()"),
  failed("c()", "7"),
  passed("b()"),
  passed("a()"),
);

it("counts each case of a name, and says that some failed before", async () => {
  const loaded = await report(gradle);
  expect(loaded).toMatchObject({ loaded: 5, setAside: {} });
  expect(loaded?.notes).toEqual([
    expect.stringMatching(
      /^test cases named like one of their suite that failed before: 2; .*--merge-reruns/,
    ),
  ]);
  const different = suite(failed("a()"), passed("b()"), failed("c()"), passed("d()"));
  expect((await report(different))?.notes).toEqual([]);
  const apart = [suite(failed("a()")), suite(passed("a()"))];
  expect((await report(`<testsuites>${apart.join("")}</testsuites>`))?.notes).toEqual([]);
});

it.each([
  ["Gradle", gradle],
  ["gotestsum", gotestsum],
])(
  "counts the last attempt of a test alone where that is asked for, in a file of %s",
  async (_, xml) => {
    const rows = await read(xml);
    expect(rows.sort()).toEqual([
      ["a()", "passed", 2500, "flaky 1"],
      ["b()", "passed", 2500],
      ["c()", "failed", 7000],
    ]);
    const { loaded, notes } = (await report(xml, merged)) ?? {};
    expect(loaded).toBe(3);
    expect(notes).toEqual([
      "attempts of tests that were run again, beside the last ones that count: 2",
    ]);
  },
);

it("keeps the names of results whose attempts are merged", async () => {
  const names = async (options: { mergesReruns: boolean }) => {
    const rows = await readRows("a.xml", gradle, undefined, undefined, options);
    return (rows as MappedTest[]).map(({ payload }) => JSON.stringify(payload));
  };
  expect(await names({ mergesReruns: false })).toEqual(expect.arrayContaining(await names(merged)));
});

it("takes no failure back by an attempt that could not run", async () => {
  const error = '<testcase classname="shop.Failover" name="a()" time="9"><error/></testcase>';
  expect(await read(suite(failed("a()", "1"), failed("a()", "2"), error))).toEqual([
    ["a()", "failed", 2000],
  ]);
  expect(await read(suite(error, error))).toEqual([["a()", "error", 9000]]);
  const files = {
    "a-result.json": allure("a", "failed", 0),
    "b-result.json": allure("b", "broken", 1),
  };
  const reports = await ingestFiles(files, merged);
  expect(Object.values(loadedOf(reports))).toEqual([1, 0]);
});

it("adds attempts to those that Surefire merged into a case", async () => {
  const flaky = passed("a()").replace("/>", "><flakyFailure message='x'/></testcase>");
  expect(await read(suite(failed("a()"), flaky))).toEqual([["a()", "passed", 2500, "flaky 2"]]);
});

it("keeps all cases of a name that are no attempts of one test", async () => {
  for (const cases of [
    // a test that is run several times whatever comes of it, or with other parameters
    [failed("a()"), passed("a()"), passed("a()", "3")],
    [failed("a()"), passed("a()"), failed("a()", "3")],
    [passed("a()"), failed("a()")],
    // the last attempt says nothing
    [failed("a()"), passed("a()").replace("/>", "><skipped/></testcase>")],
    // other tests
    [failed("a()"), passed("a()").replace("shop.Failover", "shop.Restore")],
    [failed("a()"), passed("a()").replace(" name", ' file="other.ts" name')],
  ]) {
    expect(await read(suite(...cases)), cases.join()).toHaveLength(cases.length);
  }
  expect((await report(suite(failed("a"), passed("a"), passed("a")), merged))?.notes).toEqual([
    "test cases named like one of their suite that failed before: 2; these are no attempts of one test, which ends when it passes",
  ]);
});

const allure = (uuid: string, status: string, minute: number, more = {}) => {
  const begin = Date.parse(start) + minute * 60_000;
  const result = { uuid, historyId: "h", name: "a", status, start: begin, stop: begin + 30_000 };
  return JSON.stringify({ ...result, labels: [], ...more });
};
const loadedOf = (reports: Awaited<ReturnType<typeof ingestFiles>>) =>
  Object.fromEntries(Object.entries(reports).map(([name, { loaded }]) => [name, loaded]));

it("counts the last of the files of Allure with the attempts of a test, where that is asked for", async () => {
  const files = {
    "c-result.json": allure("c", "failed", 0),
    "a-result.json": allure("a", "broken", 1),
    "b-result.json": allure("b", "passed", 2),
    "d-result.json": allure("d", "passed", 0, { historyId: "other" }),
  };
  const each = await ingestFiles(files);
  expect(Object.values(loadedOf(each))).toEqual([1, 1, 1, 1]);
  const before = "attempts of this test that failed, in other files: 2";
  expect(each["b-result.json"]?.notes).toEqual([
    `${before}; each counts, --merge-reruns counts the last one alone`,
  ]);
  const last = await ingestFiles(files, merged);
  expect(loadedOf(last)).toEqual({
    ...{ "a-result.json": 0, "b-result.json": 1, "c-result.json": 0, "d-result.json": 1 },
  });
  expect(last["b-result.json"]).toMatchObject({ notes: [before] });
  expect(last["c-result.json"]).toMatchObject({
    formats: ["allure"],
    notes: [expect.stringMatching(/run again: .*b-result\.json counts$/)],
  });
});

it("keeps files of Allure that are no attempts of one test", async () => {
  for (const [first, second] of [
    [allure("a", "passed", 0), allure("b", "failed", 1)],
    [allure("a", "failed", 0), allure("b", "skipped", 1)],
    // the next night
    [allure("a", "failed", 0), allure("b", "passed", 24 * 60)],
    [allure("a", "failed", 0), allure("b", "passed", 1, { historyId: null })],
  ]) {
    const files = { "a-result.json": first as string, "b-result.json": second as string };
    expect(Object.values(loadedOf(await ingestFiles(files, merged)))).toEqual([1, 1]);
  }
  const apart = {
    "one/a-result.json": allure("a", "failed", 0),
    "two/b-result.json": allure("b", "passed", 1),
  };
  expect(Object.values(loadedOf(await ingestFiles(apart, merged)))).toEqual([1, 1]);
});
