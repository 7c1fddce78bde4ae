import { describe, expect, it, onTestFinished } from "vitest";
import { holdTimers } from "../../support/hold-timers.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { until, watchServer, workingOn } from "../../support/watch-server.ts";

const holder =
  /another run is (still, after 0.1 s, )?writing to schema shop(_assertions)?: dataform [0-9a-f-]{36} \d+@\S* \(server process \d+, user postgres, from this machine, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)/;

const twoRuns = `
  select 1 from pg_stat_activity
  where datname = current_database() and application_name like 'dataform %@%'
  having count(distinct application_name) = 2`;

const historyMade = "select 1 where to_regclass('run_history.run_overview') is not null";

describe.each(anyServer())("two runs at once on $name", (server) => {
  async function startFirst() {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const env = { DATABASE_URL: url };
    const ask = await watchServer(url);
    await ask("create table gate (id int); create table written (id int)");
    const { folder } = temporaryProject({
      "slow.sqlx": `config { type: "operations", hasOutput: false }
        insert into public.written select 1 from pg_sleep(60) as slow_write where not exists (select from public.gate)`,
    });
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    const onStart = (send: typeof kill) => {
      kill = send;
    };
    const finished = dataform(["run"], { cwd: folder, env, onStart });
    await until(() => ask(workingOn("slow_write")));
    await ask("insert into gate values (1)");
    const second = (...args: string[]) => dataform(["run", ...args], { cwd: folder, env });
    return { ask, env, finished, folder, kill, second };
  }

  it("stops the second at once, or after its wait, with exit code 5 and the name of the first", async () => {
    const { finished, kill, second } = await startFirst();
    const refused = await second();
    expect(refused).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(holder) });
    expect(refused.stderr).toContain("--wait");
    const waited = await second("--wait=100ms");
    expect(waited).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(holder) });
    expect(waited.stdout).toContain("waiting for another run that writes to schema shop");
    kill("SIGINT");
    await finished;
  });

  it("leaves plan, query and unit tests alone", async () => {
    const { env, finished, folder, kill } = await startFirst();
    const project = { cwd: folder, env };
    expect((await dataform(["query", "select 1 as one"], project)).exitCode).toBe(0);
    expect((await dataform(["plan"], project)).exitCode).toBe(0);
    expect((await dataform(["test"], project)).stderr).toContain("No unit tests found");
    kill("SIGINT");
    await finished;
  });

  it("lets the second through when the first is killed, without what that left at work", async () => {
    const { ask, finished, kill, second } = await startFirst();
    const next = second("--wait");
    await until(() => ask(twoRuns));
    kill("SIGKILL");
    await finished;
    const { exitCode, stdout } = await next;
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(await ask("select count(*) from written")).toEqual([["0"]]);
    expect(await ask(workingOn("slow_write"))).toEqual([]);
  });

  it("names a first one that is frozen, and goes on when that is ended as the hint says", async () => {
    const { ask, finished, kill, second } = await startFirst();
    // Frozen while it makes its history, it would have the second wait for that.
    await until(() => ask(historyMade));
    await until(() => ask("select 1 from run_history.runs where status = 'running'"));
    kill("SIGSTOP");
    onTestFinished(() => kill("SIGKILL"));
    const refused = await second();
    expect(refused).toMatchObject({ exitCode: 5, stderr: expect.stringMatching(holder) });
    const [hint, pid] = /select pg_terminate_backend\((\d+)\)/.exec(refused.stderr) ?? [];
    expect(await ask(hint ?? "")).toEqual([[true]]);
    // Told to end, it has its lock until it has ended.
    await until(() =>
      ask(`select 1 where not exists (select from pg_stat_activity where pid = ${pid})`),
    );
    // The frozen one still has a statement at work; the next run ends it.
    expect(await second()).toMatchObject({ exitCode: 0 });
    expect(await ask(workingOn("slow_write"))).toEqual([]);
    kill("SIGCONT");
    expect(await finished).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("the connection that held the run's lock was lost"),
    });
    expect(await ask("select count(*) from written")).toEqual([["0"]]);
  });

  it("can be cancelled while it waits", async () => {
    const { ask, env, finished, folder, kill } = await startFirst();
    const waiting = await dataform(["run", "--wait"], {
      cwd: folder,
      env,
      onStart: (send) => void until(() => ask(twoRuns)).then(() => send("SIGTERM")),
    });
    expect(waiting).toMatchObject({ exitCode: 143 });
    const endLimit = holdTimers(3_600_000);
    void until(() => ask(twoRuns)).then(endLimit);
    const late = await dataform(["run", "--wait", "--timeout=1h"], { cwd: folder, env });
    expect(late).toMatchObject({ exitCode: 6, stderr: expect.stringContaining("within 3600 s") });
    kill("SIGINT");
    await finished;
  });
});
