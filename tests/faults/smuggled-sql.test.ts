import { beforeEach, describe, expect, it } from "vitest";
import { overridesOf } from "../../runner/cli/given-options.ts";
import type { Database } from "../../runner/database/database.ts";
import { openTestDatabase } from "../support/opened-database.ts";
import { dataform } from "../support/run-command.ts";
import { runProject, validateProject } from "../support/run-project.ts";
import { temporaryProject } from "../support/temporary-project.ts";
import { anyServer } from "../support/test-database.ts";

const smuggled = "1 as a; create table public.evil ()";
const source = "select $".concat("{dataform.projectConfig.vars.value}");
const project = {
  "made.sqlx": `config { type: "table" }\n${source}`,
  "seen.sqlx": `config { type: "view" }\n${source}`,
  "kept.sqlx": `config { type: "view", materialized: true }\n${source}`,
  "appended.sqlx": `config { type: "incremental" }\n${source}`,
  "merged.sqlx": `config { type: "incremental", uniqueKey: ["a"] }\n${source}`,
  "checked.sqlx": `config { type: "assertion" }\n${source}`,
};
const reason = "the query contains a second statement";

describe.each(anyServer())("a second statement in a query on $name", (server) => {
  let database: Database;
  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
  });

  const evil = async () => (await database.query("select to_regclass('public.evil')")).rows[0]?.[0];

  it("is refused at its place, and nothing of it is executed", async () => {
    const { folder } = temporaryProject(project);
    const errorsWith = async (value: string) => {
      const options = { projectDir: folder, database, overrides: { vars: { value } } };
      const { actions } = await runProject(options);
      return actions.map(({ tasks }) => tasks.find(({ error }) => error)?.error);
    };
    const refused = {
      message: reason,
      sqlstate: "42601",
      position: "\nselect ".length + smuggled.indexOf("create") + 1,
    };
    expect(await errorsWith(smuggled)).toEqual(Array(6).fill(expect.objectContaining(refused)));
    expect(await errorsWith("1 as a where false")).toEqual(Array(6).fill(undefined));
    // Incremental tables exist now, and views are defined anew.
    expect(await errorsWith(smuggled)).toEqual(Array(6).fill(expect.objectContaining(refused)));
    expect(await evil()).toBeNull();
  });

  it("is found by the plan", async () => {
    const { folder } = temporaryProject(project);
    const overrides = { vars: { value: smuggled } };
    const { findings } = await validateProject({ projectDir: folder, database, overrides });
    expect(JSON.stringify(findings).split(reason)).toHaveLength(7);
    expect(await evil()).toBeNull();
  });
});

describe("a variable of the command line", () => {
  it.each([
    ["a quote", "x'; drop table t; --", "'"],
    ["a semicolon", "1; drop table t", ";"],
    ["a comment", "1 -- x", "--"],
    ["a block comment", "1 /* x", "/*"],
    ["a dollar quote", "$$x", "$$"],
    ["a line feed", "1\n2", "\n"],
  ])("is refused with %s", (_what, value, found) => {
    const refused = () => overridesOf({ vars: { value } });
    expect(refused).toThrow(`--vars: value holds ${JSON.stringify(found)}`);
    expect(overridesOf({ vars: { value }, allowRawVars: true })).toEqual({ vars: { value } });
  });

  it("is refused by the command with exit code 2", async () => {
    const { folder } = temporaryProject({ "a.sqlx": source });
    const refused = await dataform(["compile", folder, "--vars=value=1;2"]);
    expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  });

  it("may hold them with --allow-raw-vars", async () => {
    const { folder } = temporaryProject({ "a.sqlx": source });
    const { exitCode, stdout } = await dataform([
      ...["compile", folder, "--json", "--allow-raw-vars"],
      "--vars=value='it''s'",
    ]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).operations[0].queries).toEqual(["select 'it''s'"]);
  });
});
