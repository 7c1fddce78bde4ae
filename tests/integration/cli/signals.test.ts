import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { holdTimers } from "../../support/hold-timers.ts";
import { processesWith } from "../../support/processes.ts";
import { dataform, dataformProgram, runCommand } from "../../support/run-command.ts";
import { startProxy } from "../../support/tcp-proxy.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase, servers } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

const slowly = {
  "done.sqlx": `config { type: "table" }\nselect 1 as id`,
  "slow.sqlx": `config { type: "operations", dependencies: ["done"] }\nselect pg_sleep(60) as slow`,
  "next.sqlx": `config { type: "operations", dependencies: ["slow"] }\nselect 1`,
};

// It takes note of no cancel request; only the end of its connection ends it.
const stubborn = {
  "stubborn.sqlx": `config { type: "operations" }
    do $$
    begin
      perform pg_sleep(60) as stubborn;
    exception when query_canceled then
      perform pg_sleep(60) as stubborn;
    end $$`,
};

describe.each(anyServer())("a run on $name", (server) => {
  async function start(files: Record<string, string>, args: string[] = []) {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const { folder } = temporaryProject(files);
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    let tellCancelling = () => {};
    const cancelling = new Promise<void>((resolve) => {
      tellCancelling = resolve;
    });
    const onError = (stderr: string) => void (stderr.includes("cancelling") && tellCancelling());
    const finished = dataform(["run", ...args], {
      cwd: folder,
      env: { DATABASE_URL: url },
      onStart: (send) => {
        kill = send;
      },
      onError,
    });
    return { ask: await watchServer(url), folder, finished, kill, cancelling };
  }

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "ends on %s, cancels on the server and accounts for every action",
    async (signal, code) => {
      const summary = "summary.md";
      const { ask, folder, finished, kill } = await start(slowly, ["--summary", summary]);
      await until(() => ask(workingOn("as slow")));
      kill(signal);
      const { exitCode, stdout, stderr } = await finished;
      expect(await ask(workingOn("as slow"))).toEqual([]);
      expect(exitCode).toBe(code);
      expect(stderr).toContain(`${signal}: cancelling`);
      expect(stdout).toMatch(/successful .*shop\.done/);
      expect(stdout).toMatch(/cancelled .*shop\.slow/);
      expect(stdout).toMatch(/cancelled .*shop\.next/);
      const results = JSON.parse(readFileSync(join(folder, "target/run_results.json"), "utf8"));
      expect(results.status).toBe("cancelled");
      expect(results.actions).toHaveLength(3);
      expect(existsSync(join(folder, "target/assertions.xml"))).toBe(true);
      expect(readFileSync(join(folder, summary), "utf8")).toContain("cancelled");
      expect(await ask("select id from shop.done")).toEqual([[1]]);
    },
  );

  async function hangsUpOnStubborn() {
    const { ask, folder, finished, kill } = await start(stubborn);
    await until(() => ask(workingOn("as stubborn")));
    kill("SIGTERM");
    expect((await finished).exitCode).toBe(143);
    expect(existsSync(join(folder, "target/run_results.json"))).toBe(true);
    await until(async () => ((await ask(workingOn("as stubborn"))).length === 0 ? ["gone"] : []));
  }

  async function hangsUpOnFrozen() {
    const { ask, finished, kill } = await start(slowly);
    const [[pid]] = (await until(() => ask(workingOn("as slow")))) as [[number]];
    process.kill(pid, "SIGSTOP");
    // Whatever becomes of the test: a server with a frozen process does not stop.
    onTestFinished(() => thaw(pid));
    kill("SIGTERM");
    expect((await finished).exitCode).toBe(143);
    thaw(pid);
    await until(async () => ((await ask(workingOn("as slow"))).length === 0 ? ["gone"] : []));
  }

  it("hangs up on a statement that cannot be cancelled, whose reports it still writes, and on a server process that is frozen", async () => {
    // Both runs give a cancel request a second, side by side.
    await Promise.all([hangsUpOnStubborn(), hangsUpOnFrozen()]);
  });

  it("leaves at once on the second signal, and the server ends the orphan", async () => {
    const { ask, folder, finished, kill, cancelling } = await start(stubborn);
    await until(() => ask(workingOn("as stubborn")));
    kill("SIGINT");
    await cancelling;
    kill("SIGINT");
    expect((await finished).exitCode).toBe(130);
    expect(existsSync(join(folder, "target/run_results.json"))).toBe(false);
    await until(async () => ((await ask(workingOn("as stubborn"))).length === 0 ? ["gone"] : []));
  });

  it("goes on when nobody reads its output any more", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const { folder } = temporaryProject({
      "a.sqlx": `config { type: "table" }\nselect pg_sleep(0.3)::text as nothing`,
      "b.sqlx": `config { type: "table", dependencies: ["a"] }\nselect 2 as id`,
      "c.sqlx": `config { type: "table", dependencies: ["b"] }\nselect 3 as id`,
    });
    const command = `"${process.execPath}" "${dataformProgram()}" run 2>&1`;
    const { stdout } = await runCommand(
      "bash",
      ["-c", `${command} | head -1; echo "exit code \${PIPESTATUS[0]}"`],
      { cwd: folder, env: { DATABASE_URL: url } },
    );
    expect(stdout).toContain("exit code 0\n");
    const ask = await watchServer(url);
    expect(await ask("select id from shop.c")).toEqual([[3]]);
  });

  it.runIf(existsSync("/dev/full"))(
    "goes on when its output cannot be written, and says so at its end",
    async () => {
      const { url, drop } = await createDatabase(server);
      onTestFinished(drop);
      const { folder } = temporaryProject({
        "a.sqlx": `config { type: "table" }\nselect 1 as id`,
        "b.sqlx": `config { type: "table", dependencies: ["a"] }\nselect 2 as id`,
      });
      const command = `"${process.execPath}" "${dataformProgram()}" run > /dev/full`;
      const { exitCode, stderr } = await runCommand("bash", ["-c", command], {
        cwd: folder,
        env: { DATABASE_URL: url },
      });
      expect(stderr).toContain("error: the output cannot be written: ENOSPC");
      expect(exitCode).toBe(2);
      expect(existsSync(join(folder, "target/run_results.json"))).toBe(true);
      const ask = await watchServer(url);
      expect(await ask("select id from shop.b")).toEqual([[2]]);
    },
  );
});

describe("a command that has not come to the database yet", () => {
  // The project is compiled then, and no end of that is near.
  const connected = `
    select 1 from pg_stat_activity
    where datname = current_database() and application_name = 'dataform-postgres'`;
  const endless = { "includes/endless.js": "while (true);", "one.sqlx": `select \${endless}` };

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends the compiler too on %s", async (signal, code) => {
    const { url, drop } = await createDatabase(servers()[0] as never);
    onTestFinished(drop);
    const ask = await watchServer(url);
    const { folder } = temporaryProject(endless);
    const { exitCode, stderr } = await dataform(["run"], {
      cwd: folder,
      env: { DATABASE_URL: url },
      onStart: (kill) => void until(() => ask(connected)).then(() => kill(signal)),
    });
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: code,
      stderr: expect.stringMatching(/cancelling[\s\S]*was cancelled/),
    });
    expect(processesWith(folder)).toEqual([]);
  });

  it("ends run, plan and test at their time limit with exit code 6", async () => {
    let connections = 0;
    const port = await startProxy("/nonexistent", {
      intercept: () => {
        connections++;
        return true;
      },
    });
    const { folder } = temporaryProject({
      "one.sqlx": `config { type: "table" }\nselect 1 as id`,
      "one_test.sqlx": `config { type: "test", dataset: "one" }\nselect 1 as id`,
    });
    const limited = (command: string) =>
      dataform([command, "--timeout", "1h"], {
        cwd: folder,
        env: { DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` },
      });
    const endLimits = holdTimers(3_600_000);
    const finished = Promise.all(["run", "plan", "test"].map(limited));
    await until(() => (connections >= 3 ? ["all wait"] : []));
    endLimits();
    const ended = await finished;
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([6, 6, 6]);
    expect(ended.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining("the run was not finished within 3600 s\n"),
      expect.stringContaining("the plan was not finished within 3600 s\n"),
      expect.stringContaining("the unit test was not finished within 3600 s\n"),
    ]);
  });
});

function thaw(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It has ended.
  }
}
