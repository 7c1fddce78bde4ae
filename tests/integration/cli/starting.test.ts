import { dirname } from "node:path";
import { expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

it("compiles the project that the arguments name, wherever it is started and named", async () => {
  const here = temporaryProject({ "here.sqlx": "select 1 as id" });
  const there = temporaryProject({ "there.sqlx": "select 1 as id" });
  const namesOf = async (cwd: string, ...args: string[]) => {
    const { stdout, stderr } = await dataform(["compile", "--json", ...args], { cwd });
    expect(stderr).toBe("");
    return JSON.parse(stdout).operations.map((each: { fileName: string }) => each.fileName);
  };
  // a folder behind an option is not where the project is looked for first
  expect(await namesOf(here.folder)).toEqual(["definitions/here.sqlx"]);
  expect(await namesOf(here.folder, there.folder)).toEqual(["definitions/there.sqlx"]);
  expect(await namesOf(dirname(here.folder), there.folder)).toEqual(["definitions/there.sqlx"]);
  expect(await namesOf(here.folder, "--timeout", "60s")).toEqual(["definitions/here.sqlx"]);
});
