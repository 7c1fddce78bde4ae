import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { FileReport } from "../../../ingest/file-report.ts";
import { totalsOf } from "../../../ingest/format-report.ts";
import { ingestAll } from "../../../ingest/ingest-all.ts";
import { folderOf, ingestFiles, plainOptions } from "../../support/ingested.ts";

const start = "2026-01-05T10:00:00Z";
const suite = (name: string, more = "") =>
  `<testsuite name="${name}"${more} timestamp="${start}"><testcase classname="${name}" name="a" time="1"/></testsuite>`;
const both = (more: string) => `<testsuites>${suite("A", more)}${suite("B", more)}</testsuites>`;
const loadedOf = (reports: Record<string, FileReport>) =>
  Object.fromEntries(Object.entries(reports).map(([name, { loaded }]) => [name, loaded]));

it("reads results once that Ant puts together in another file", async () => {
  const all = both(' id="0" package="shop"');
  const files = { "TEST-A.xml": suite("A"), "TEST-B.xml": suite("B"), "TESTS-TestSuites.xml": all };
  const reports = await ingestFiles(files);
  expect(loadedOf(reports)).toEqual({
    "TEST-A.xml": 1,
    "TEST-B.xml": 1,
    "TESTS-TestSuites.xml": 0,
  });
  expect(reports["TESTS-TestSuites.xml"]).toMatchObject({
    notes: [expect.stringMatching(/^its results are those of the TEST-\*\.xml beside it/)],
  });
  // one that is named, one that is alone, and one that holds more
  const named = join(folderOf(files), "TESTS-TestSuites.xml");
  const [alone] = await ingestAll([named], undefined, "", plainOptions, () => {});
  expect(alone?.loaded).toBe(2);
  const { "TEST-A.xml": one } = files;
  for (const others of [{}, { "TEST-A.xml": one }]) {
    const more = await ingestFiles({ ...others, "TESTS-TestSuites.xml": all });
    expect(more["TESTS-TestSuites.xml"]?.loaded).toBe(2);
  }
});

it("reads results of TestNG once that Surefire writes, too", async () => {
  const files = { "TEST-TestSuite.xml": both(""), "junitreports/TEST-A.xml": suite("A") };
  expect(
    loadedOf(await ingestFiles({ ...files, "testng-results.xml": "<testng-results/>" })),
  ).toEqual({
    ...{ "TEST-TestSuite.xml": 2, "junitreports/TEST-A.xml": 0, "testng-results.xml": 0 },
  });
  expect(loadedOf(await ingestFiles(files))["junitreports/TEST-A.xml"]).toBe(1);
});

it("takes nothing for a result that Allure attaches to one", async () => {
  const body = JSON.stringify({ app: "Shop", test: "health", status: "failed", start });
  const result = { uuid: "u", historyId: "h", status: "passed", start: 1, stop: 2, labels: [] };
  const files = {
    "a-result.json": JSON.stringify(result),
    ...{ "b-attachment.json": body, "c-attachment.xml": suite("A"), "d-attachment": body },
    "e-container.json": JSON.stringify({ uuid: "c", children: ["u"], befores: [], afters: [] }),
    ...{ "categories.json": "[]", "executor.json": JSON.stringify({ name: "Jenkins" }) },
  };
  expect(totalsOf(Object.values(await ingestFiles(files)))).toMatchObject({
    ...{ loaded: 1, refused: 0, passedOver: 6, setAside: 0 },
  });
  const { "a-result.json": _, ...others } = files;
  expect(totalsOf(Object.values(await ingestFiles(others)))).toMatchObject({
    loaded: 3,
    refused: 3,
  });
});

it("follows links to folders and files elsewhere, and no link within", async () => {
  const other = folderOf({ "team/deep/c.xml": suite("C"), "lone.xml": suite("D") });
  const folder = folderOf({ "a/a.xml": suite("A"), "a/b.xml": suite("B") });
  symlinkSync(join(other, "team"), join(folder, "team"));
  symlinkSync(join(other, "lone.xml"), join(folder, "lone.xml"));
  for (const [target, link] of [
    // as Jepsen links its newest test, and links that lead around
    ...[
      ["a", "latest"],
      [".", "again"],
      ["..", "above"],
    ].map(([to, from]) => [to, join(folder, from as string)]),
    [join(other, "team"), join(other, "team", "deep", "up")],
    [folder, join(other, "team", "back")],
  ]) {
    symlinkSync(target as string, link as string);
  }
  const names = async () => {
    const reports = await ingestAll([folder], undefined, "", plainOptions, () => {});
    return reports.map(({ name, refused, isPassedOver }) => [
      name.slice(folder.length + 1),
      ...(refused ? [refused.message, isPassedOver === true] : []),
    ]);
  };
  const inside = [["a/a.xml"], ["a/b.xml"]];
  expect(await names()).toEqual([...inside, ["lone.xml"], ["team/deep/c.xml"]]);
  symlinkSync("/proc/self", join(folder, "process"));
  expect((await names()).at(-2)).toEqual([
    "process",
    expect.stringMatching(/^it leads to \/proc\/\d+$/),
    false,
  ]);
  rmSync(join(folder, "process"));
  rmSync(other, { recursive: true });
  expect(await names()).toEqual([
    ...inside,
    ["lone.xml", "it cannot be read: ENOENT", false],
    ["team", "it cannot be read: ENOENT", true],
  ]);
});
