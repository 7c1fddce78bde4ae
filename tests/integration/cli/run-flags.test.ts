import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

describe("dataform run", () => {
  let env: { DATABASE_URL: string };

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    env = { DATABASE_URL: url };
    return drop;
  });

  it("says in one line which flags mean nothing on PostgreSQL, and runs", async () => {
    const { folder } = temporaryProject({ "one.sqlx": `config { type: "table" }\nselect 1 as id` });
    const flags = ["--job-labels", "team=a", "--emit-lineage", "--default-location", "EU"];
    const more = ["--default-reservation", "x"];
    const { exitCode, stderr } = await dataform(["run", ...flags, ...more], { cwd: folder, env });
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      "--job-labels, --emit-lineage, --default-location, --default-reservation: no meaning on PostgreSQL, ignored\n",
    );
  });

  it("compiles every assertion as disabled with --disable-assertions", async () => {
    const { folder } = temporaryProject({
      "one.sqlx": `config { type: "table", assertions: { rowConditions: ["id > 1"] } }\nselect 1 as id`,
    });
    expect((await dataform(["run"], { cwd: folder, env })).exitCode).toBe(1);
    const { exitCode, stdout } = await dataform(["run", "--disable-assertions"], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("disabled");
  });

  it("ends a statement that takes longer than --execution-timeout and names the flag", async () => {
    const { folder } = temporaryProject({
      "slow.sqlx": `config { type: "table" }\nselect pg_sleep(60)::text as nothing`,
      "quick.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    const { exitCode, stdout } = await dataform(["run", "--execution-timeout", "3s"], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("longer than --execution-timeout (3 s)");
    expect(stdout).toMatch(/successful +table +shop\.quick/);
  });

  it.each([
    [["--execution-timeout", "soon"], "--execution-timeout"],
    [["--action-retry-limit", "-1"], "--action-retry-limit"],
    [["--action-retry-limit", "1.5"], "--action-retry-limit"],
  ])("refuses %j", async (flags, message) => {
    const { folder } = temporaryProject({ "one.sqlx": `config { type: "table" }\nselect 1 as id` });
    const { exitCode, stderr } = await dataform(["run", ...flags], { cwd: folder, env });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it("runs nothing with --run-tests when a unit test fails, and everything when they pass", async () => {
    const unitTest = (expected: number) =>
      `config { type: "test", dataset: "one" }\nselect ${expected} as id`;
    const { folder, write } = temporaryProject({
      "one.sqlx": `config { type: "table" }\nselect 1 as id`,
      "one_test.sqlx": unitTest(2),
    });
    const results = join(folder, "target/run_results.json");
    const failed = await dataform(["run", "--run-tests"], { cwd: folder, env });
    expect(failed.exitCode).toBe(1);
    expect(existsSync(results)).toBe(false);
    write("one_test.sqlx", unitTest(1));
    const passed = await dataform(["run", "--run-tests", "--json"], { cwd: folder, env });
    expect(passed.exitCode).toBe(0);
    expect(JSON.parse(passed.stdout).status).toBe("successful");
    expect(JSON.parse(readFileSync(results, "utf8")).actions).toHaveLength(1);
  });
});
