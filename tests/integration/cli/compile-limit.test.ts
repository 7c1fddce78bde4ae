import { type ChildProcess, spawn } from "node:child_process";
import { expect, it, onTestFinished, vi } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";
import { until } from "../../support/watch-server.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

/** A process in the place of the compiler that waits and never answers. */
function silentCompiler(): ChildProcess {
  const child = spawn("sleep", ["3600"], { stdio: ["pipe", "pipe", "pipe", "pipe"] });
  child.stdin?.on("error", () => undefined);
  whenTestEnds(() => child.kill("SIGKILL"));
  return child;
}

// Where there is no /proc, a compile is measured by a clock that goes on as usual here.
it
  .runIf(process.platform === "linux")
  .each([
    "compile",
    "run",
    "run --run-tests",
    "plan",
    "test",
    "status",
    "freshness",
    "docs",
    "audit",
    "show limited",
    "lineage limited",
  ])("--timeout is the limit of the compile in dataform %s", async (command) => {
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  const { folder } = temporaryProject({
    "limited.sqlx": `config { type: "view" }\nselect 1 as compiled_for_a_minute`,
  });
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const finished = dataform([...command.split(" "), "--timeout", "1m"], {
    ...{ cwd: folder, env: { DATABASE_URL: url } },
    compiler: silentCompiler,
  });
  let isOver = false;
  void finished.finally(() => {
    isOver = true;
  });
  // The compiler is looked at each tenth of a second, and has waited that long each time.
  await until(() => {
    vi.advanceTimersByTime(61_000);
    return isOver ? ["over"] : [];
  });
  const { exitCode, stderr } = await finished;
  expect(stderr).toContain("took longer than 60 s and was stopped");
  expect(exitCode).toBe(6);
});
