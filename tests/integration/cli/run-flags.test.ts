import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { holdTimers } from "../../support/hold-timers.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

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
    const flags = ["--emit-lineage", "--default-location", "EU", "--default-reservation", "x"];
    const args = ["run", ...flags, "--job-labels", "team=a", folder];
    const { exitCode, stderr } = await dataform(args, { env });
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

  it("ends the whole run at --execution-timeout, as Dataform does, and the compile at --timeout", async () => {
    const { folder, write } = temporaryProject({
      "slow.sqlx": `config { type: "table" }\nselect pg_sleep(600)::text as nothing`,
    });
    const run = (compile: string, all: string) =>
      dataform(["run", "--timeout", compile, "--execution-timeout", all], {
        ...{ cwd: folder, env },
        compilesInProcess: true,
      });
    const endLimit = holdTimers(7_200_000);
    const finished = run("1h", "2h");
    const ask = await watchServer(env.DATABASE_URL);
    await until(() => ask(workingOn("pg_sleep")));
    endLimit();
    expect((await finished).exitCode).toBe(6);
    write("includes/endless.js", "while (true);");
    write("slow.sqlx", `config { type: "table" }\nselect \${endless} as nothing`);
    const compiling = await run("1s", "1h");
    expect(compiling.exitCode).toBe(6);
    expect(compiling.stderr).toContain("raise --timeout");
  });

  it("ends a statement that takes longer than --statement-timeout and names the flag", async () => {
    const { folder } = temporaryProject({
      "slow.sqlx": `config { type: "table" }\nselect pg_sleep(60)::text as nothing`,
      "quick.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    const { exitCode, stdout } = await dataform(["run", "--statement-timeout", "1s"], {
      cwd: folder,
      env,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("longer than --statement-timeout (1 s)");
    expect(stdout).toMatch(/successful +table +shop\.quick/);
  });

  it.each([
    [["--execution-timeout", "soon"], "--execution-timeout"],
    [["--statement-timeout", "soon"], "--statement-timeout"],
    [["--action-retry-limit", "-1"], "--action-retry-limit"],
    [["--action-retry-limit", "1.5"], "--action-retry-limit"],
    [["--actions", ""], "--actions names nothing"],
    [["--full-refresh", "--tags", ","], "--tags names nothing"],
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
    const planned = await dataform(["run", "--run-tests", "--dry-run"], { cwd: folder, env });
    expect(planned.exitCode).toBe(1);
    expect(planned.stdout).not.toContain("create");
    write("one_test.sqlx", unitTest(1));
    const passed = await dataform(["run", "--run-tests", "--json"], { cwd: folder, env });
    expect(passed.exitCode).toBe(0);
    expect(JSON.parse(passed.stdout).status).toBe("successful");
    expect(JSON.parse(readFileSync(results, "utf8")).actions).toHaveLength(1);
  });
});
