import { describe, expect, it, onTestFinished } from "vitest";
import { dataform, dataformProgram, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

// It takes note of no cancel request; only the end of its connection ends it.
const stubborn = `do $$
  begin
    perform pg_sleep(60) as stubborn;
  exception when query_canceled then
    perform pg_sleep(60) as stubborn;
  end $$`;

describe.each(anyServer())("a command on $name", (server) => {
  async function start(args: string[], setUp = "select 1") {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const ask = await watchServer(url);
    await ask(setUp);
    const { folder: cwd } = temporaryProject({
      "one.sqlx": 'config { type: "table" }\nselect 1 as id from pg_sleep(60) as working',
      "one_test.sqlx": 'config { type: "test", dataset: "one" }\nselect 1 as id',
    });
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    let tellCancelling = () => {};
    const cancelling = new Promise<void>((resolve) => {
      tellCancelling = resolve;
    });
    const onError = (stderr: string) => void (stderr.includes("cancelling") && tellCancelling());
    const onStart = (send: typeof kill) => {
      kill = send;
    };
    const finished = dataform(args, { cwd, env: { DATABASE_URL: url }, onStart, onError });
    return { ask, finished, kill, cancelling };
  }

  // A plan executes nothing that could take long by itself.
  const slowSchemas = `
    create function slowly() returns event_trigger language plpgsql as
      'begin perform pg_sleep(60) as working; end';
    create event trigger slow on ddl_command_start when tag in ('CREATE SCHEMA')
      execute function slowly()`;
  const copy = "copy (select pg_sleep(0.01) from generate_series(1, 10000) as working) to stdout";

  it.each([
    ["query", "SIGINT", 130, ["query", "select pg_sleep(60) as working"], ""],
    ["query", "SIGTERM", 143, ["query", "select pg_sleep(60) as working"], ""],
    ["query", "SIGINT", 130, ["query", copy], ""],
    ["plan", "SIGTERM", 143, ["plan"], slowSchemas],
    ["test", "SIGINT", 130, ["test"], ""],
  ] as const)("ends %s on %s with exit code %d and cancels on the server: %j", async (...row) => {
    const [command, signal, code, args, setUp] = row;
    const { ask, finished, kill } = await start([...args], setUp || undefined);
    // An event trigger works on behalf of the statement that set it off.
    const working = workingOn(command === "plan" ? "create schema" : "working");
    await until(() => ask(working));
    kill(signal);
    const { exitCode, stderr } = await finished;
    expect(await ask(working)).toEqual([]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: code,
      stderr: expect.stringContaining(`${signal}: cancelling`),
    });
    if (command !== "test") expect(stderr).toContain(`error: the ${command} was cancelled\n`);
  });

  it("leaves a query at once on the second signal, and the server ends it", async () => {
    const { ask, finished, kill, cancelling } = await start(["query", stubborn]);
    await until(() => ask(workingOn("as stubborn")));
    kill("SIGTERM");
    await cancelling;
    kill("SIGTERM");
    expect((await finished).exitCode).toBe(143);
    await until(async () => ((await ask(workingOn("as stubborn"))).length === 0 ? ["gone"] : []));
  });

  it("ends a query when nobody reads its output any more", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const command = `"${process.execPath}" "${dataformProgram()}" query`;
    const endless = "copy (select generate_series(1, 1000000000) as working) to stdout";
    const { stdout, stderr } = await runCommand(
      "bash",
      ["-c", `${command} "${endless}" | head -1; echo "exit code \${PIPESTATUS[0]}"`],
      {
        env: { DATABASE_URL: url },
      },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "1\nexit code 0\n", stderr: "" });
    const ask = await watchServer(url);
    await until(async () => ((await ask(workingOn("working"))).length === 0 ? ["gone"] : []));
  });
});
