import { expect, it } from "vitest";
import { readRows } from "../../support/ingested.ts";

const passed = '<testcase name="a" time="1"/>';
const failed = '<testcase name="b" time="1"><failure/></testcase>';
const aside = async (xml: string) =>
  (await readRows("a.xml", xml)).filter((row) => typeof row === "string");

it("sets a suite aside that counts failures and holds none of them", async () => {
  const said = (name: string, what: string) => [
    `suite ${name} counts ${what} and holds none of them`,
  ];
  const suite = (numbers: string, ...inside: string[]) =>
    `<testsuite name="s" ${numbers}>${inside.join("")}</testsuite>`;
  expect(await aside(suite('tests="3" failures="1" errors="0"', passed))).toEqual(
    said("s", "1 failures and errors"),
  );
  expect(await aside(suite('tests="2" failures="1"'))).toEqual(said("s", "2 tests"));
  expect(await aside(suite('tests="0" errors="2"'))).toEqual(said("s", "2 failures and errors"));
  // as gotestsum writes a package that does not compile
  const root = `<testsuites name="all" tests="1" failures="0" errors="1">`;
  const built = [suite('tests="1"', passed), suite('tests="0"')];
  expect(await aside(`${root}${built.join("")}</testsuites>`)).toEqual(
    said("all", "1 failures and errors"),
  );
  // once, and not for each suite around
  const inner = suite('tests="1" failures="1"', passed);
  expect(await aside(`${root}${inner}</testsuites>`)).toEqual(said("s", "1 failures and errors"));
});

it("takes numbers that differ otherwise as they are", async () => {
  const flaky = '<testcase name="c" time="1"><flakyFailure message="x"/></testcase>';
  const said = '<testcase name="d" time="1" status="failed"/>';
  for (const [numbers, inside] of [
    ['tests="1" failures="2"', failed],
    ['tests="9" failures="1" errors=""', `${passed}${flaky}`],
    ['tests="1" failures="1"', said],
    ['tests="1" failures="1"', '<testcase name="e" time="?"/>'],
    ['tests="0" failures="1"', '<error message="no database"/>'],
    ['tests="0" failures="0"', ""],
    ['tests="x" failures="y"', passed],
  ]) {
    const xml = `<testsuites ${numbers}><testsuite ${numbers}>${inside}</testsuite></testsuites>`;
    const told = (await aside(xml)).filter((each) => String(each).includes("holds none"));
    expect(told, inside).toEqual([]);
  }
});

it("sets results aside that stand in a list which is not read", async () => {
  const drill = (test: string, more = {}) => {
    return { app: "Shop", test, status: "failed", start: "2026-01-05T10:00:00Z", ...more };
  };
  const read = async (document: object) => {
    const rows = await readRows("a.json", document);
    return rows.map((row) => (typeof row === "string" ? row : row.scenario));
  };
  const unread = (key: string, count: number) =>
    `results in the list "${key}", which is not read: ${count}`;
  const lists = { failures: [drill("b"), drill("c")], skipped: [], names: ["a"], more: [{ a: 1 }] };
  expect(await read({ results: [drill("a")], ...lists })).toEqual(["a", unread("failures", 2)]);
  const { test: _, ...about } = drill("");
  expect(await read({ ...about, failed: [drill("b")] })).toEqual([null, unread("failed", 1)]);
  // parts of a test
  expect(await read(drill("a", { steps: [drill("b")] }))).toEqual(["a"]);
  expect(await read({ suite: "s", runs: [drill("a", { tags: ["x"] })] })).toEqual(["a"]);
  const line = JSON.stringify({ runs: [drill("a")], steps: [drill("b")] });
  expect(await readRows("a.ndjson", `${line}\n${line}\n`)).toMatchObject([
    ...[{ scenario: "a" }, `line 1: ${unread("steps", 1)}`],
    ...[{ scenario: "a" }, `line 2: ${unread("steps", 1)}`],
  ]);
});
