import { readFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { beforeEach, describe, expect, it } from "vitest";
import { holdTimers } from "../../support/hold-timers.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

const files = {
  "one.sqlx": `config { type: "view" }\nselect 1 as id, 'x' as name`,
  "two.sqlx": `config { type: "view" }\nselect 2 as id`,
  "off.sqlx": `config { type: "view", disabled: true }\nselect 1 as id`,
  "one_test.sqlx": `config { type: "test", dataset: "one", tags: ["good"] }
select 'x' as name, 1.0 as id`,
  "two_test.sqlx": `config { type: "test", dataset: "two" }\nselect 3 as id`,
  "off_test.sqlx": `config { type: "test", dataset: "off" }\nselect 1 as id`,
};

describe("dataform test", () => {
  let env: { DATABASE_URL: string };

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    env = { DATABASE_URL: url };
    return drop;
  });

  it("exits 1 when a test fails and shows expected and actual rows", async () => {
    const { folder } = temporaryProject(files);
    const { exitCode, stdout } = await dataform(["test", folder], { env });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^passed +one_test +tests shop\.one/m);
    expect(stdout).toMatch(/^disabled +off_test/m);
    expect(stdout).toMatch(
      /^failed +two_test[\s\S]*two_test\.sqlx[\s\S]*^ {4}- \| +3[\s\S]*^ {4}\+ \| +2/m,
    );
    expect(stdout).toMatch(/^1 passed, 1 failed, 1 disabled/m);
  });

  it("exits 0 when all selected tests pass, by name, dataset or tag", async () => {
    const { folder } = temporaryProject(files);
    for (const selection of [
      ["--actions", "one_test"],
      ["--actions", "one"],
      ["--tags", "good"],
    ]) {
      const { exitCode, stdout } = await dataform(["test", folder, ...selection], { env });
      expect(stdout).not.toContain("two_test");
      expect(exitCode, stdout).toBe(0);
    }
  });

  it("exits 2 for a name that no test has, with the nearest one", async () => {
    const { folder } = temporaryProject(files);
    const { exitCode, stderr } = await dataform(["test", folder, "--actions", "one_tset"], { env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("one_test");
  });

  it("exits 1 and says so when a project has no tests", async () => {
    const { folder } = temporaryProject({ "one.sqlx": files["one.sqlx"] });
    expect(await dataform(["test", folder], { env })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "No unit tests found.\n",
    });
  });

  it("prints nothing but JSON on stdout with --json, and writes JUnit with --junit", async () => {
    const { folder } = temporaryProject(files);
    const junit = join(folder, "target", "tests.xml");
    const { exitCode, stdout } = await dataform(["test", folder, "--json", "--junit", junit], {
      env,
    });
    expect(exitCode).toBe(1);
    const run = JSON.parse(stdout);
    expect(run).toMatchObject({ status: "failed" });
    expect(run.tests).toHaveLength(3);
    const report = new XMLParser({ ignoreAttributes: false }).parse(readFileSync(junit, "utf8"));
    expect(report.testsuites).toMatchObject({ "@_tests": "3", "@_failures": "1", "@_errors": "0" });
    expect(readFileSync(junit, "utf8")).toContain("1 expected row missing");
  });

  it("ends what runs when --timeout is over, and exits 6", async () => {
    const { folder } = temporaryProject({
      "slow.sqlx": `config { type: "view" }\nselect pg_sleep(60)::text as id`,
      "slow_test.sqlx": `config { type: "test", dataset: "slow" }\nselect '' as id`,
    });
    const endLimit = holdTimers(3_600_000);
    const finished = dataform(["test", folder, "--timeout", "1h"], { env });
    const ask = await watchServer(env.DATABASE_URL);
    await until(() => ask(workingOn("pg_sleep")));
    endLimit();
    const { exitCode, stdout } = await finished;
    expect(stdout).toMatch(/^cancelled +slow_test/m);
    expect(exitCode).toBe(6);
  });

  it("tells the errors of the project first", async () => {
    const { folder } = temporaryProject({
      ...files,
      "three.sqlx": `config { type: "view" }\nselect \${unknown} as id`,
      "three_test.sqlx": `config { type: "test", dataset: "three" }\nselect 1 as id`,
    });
    const { exitCode, stderr } = await dataform(["test", folder], { env });
    expect(stderr).toContain("definitions/three.sqlx:2: unknown is not defined");
    expect(exitCode).toBe(3);
  });

  it("shows where a statement was refused", async () => {
    const { folder } = temporaryProject({
      "one.sqlx": `config { type: "view" }\nselect 1 as id,\n  nonsense as name`,
      "one_test.sqlx": `config { type: "test", dataset: "one" }\nselect 1 as id`,
    });
    const { exitCode, stdout } = await dataform(["test", folder], { env });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /in the model:[\s\S]*definitions\/one\.sqlx:3:3[\s\S]*nonsense[\s\S]*\^/,
    );
  });
});
