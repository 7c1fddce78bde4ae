import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { httpReceiver, type Received } from "../../support/receivers.ts";
import { dataform, repository, runCommand } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers, type TestServer } from "../../support/test-database.ts";
import { inThisDatabase, until, watchServer } from "../../support/watch-server.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

/** A port that was free a moment ago. */
function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" ? address?.port : undefined;
      probe.close(() => resolve(String(port)));
    });
  });
}

function start(
  folder: string,
  url: string,
  flags: readonly string[],
  env: Record<string, string> = {},
) {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  const finished = dataform(["schedule", ...flags], {
    cwd: folder,
    env: { DATABASE_URL: url, ...env },
    onStart: (send) => {
      kill = send;
    },
  });
  const lines = async () => {
    const { exitCode, stdout, stderr } = await finished;
    const parsed = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    return { exitCode, stderr, lines: parsed };
  };
  return { kill: (signal: NodeJS.Signals) => kill(signal), lines };
}

async function health(port: string): Promise<{ last?: object } | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
  return answer && ((await answer.json()) as { last?: object });
}

/** The log of a schedule that catches up with one time and is stopped then. */
async function oneRun(
  files: Record<string, string>,
  runFlags: readonly string[],
  env: Record<string, string> = {},
) {
  const { url, drop } = await createDatabase(server as TestServer);
  onTestFinished(drop);
  const { folder } = temporaryProject(files);
  mkdirSync(join(folder, "target"));
  const due = '{"handledUntil":"2020-01-01T00:00:00.000Z"}';
  writeFileSync(join(folder, "target/schedule_state.json"), due);
  const port = await freePort();
  const flags = ["--cron", "0 0 1 1 *", "--retries", "0", "--listen", port];
  const running = start(folder, url, [...flags, "--", ...runFlags], env);
  await until(async () => ((await health(port))?.last ? [1] : []));
  running.kill("SIGTERM");
  const { exitCode, lines, stderr } = await running.lines();
  expect(exitCode, stderr).toBe(0);
  return lines;
}

/** What the messages say of each problem. */
function findingsOf(received: readonly Received[]): string[] {
  return received.flatMap(({ body }) =>
    JSON.parse(body).notices.map(({ finding }: { finding: string }) => finding),
  );
}

describe("dataform schedule", () => {
  it("catches up, goes on after a crash, and finishes what is at work when it is stopped", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const ask = await watchServer(url);
    await ask("create table public.began (at timestamptz default now())");
    const { folder } = temporaryProject({
      "once.sqlx": `config { type: "operations" }\ninsert into public.began default values`,
      "held.sqlx": `config { type: "operations", dependencies: ["once"] }\nselect pg_advisory_xact_lock(77)`,
      "after.sqlx": `config { type: "operations", dependencies: ["held"] }\nselect 1`,
    });
    mkdirSync(join(folder, "target"));
    const memory = join(folder, "target/schedule_state.json");
    writeFileSync(memory, '{"handledUntil":"2020-01-01T00:00:00.000Z"}');
    const [cron, port] = ["0 0 1 1 *", await freePort()];
    const flags = ["--cron", cron, "--time-zone", "UTC", "--listen", port, "--", "--threads", "2"];
    // The server continues the statement of a killed client until the next run ends it.
    const waiting = (before = 0) =>
      ask(`select pid from pg_locks where locktype = 'advisory' and objid = 77 and not granted
        and pid <> ${before} and ${inThisDatabase}`);
    await ask("select pg_advisory_lock(77)");

    const killed = start(folder, url, flags);
    await until(() => waiting());
    const [[orphan] = []] = await waiting();
    expect(await health(port)).toMatchObject({ status: "ok", runningSince: expect.any(String) });
    killed.kill("SIGKILL");
    await killed.lines();

    const stopped = start(folder, url, flags);
    await until(() => waiting(Number(orphan)));
    stopped.kill("SIGTERM");
    await until(async () => ((await health(port)) ? [1] : []));
    await ask("select pg_advisory_unlock(77)");
    const { exitCode, lines, stderr } = await stopped.lines();
    expect(exitCode, stderr).toBe(0);
    const statuses = lines.flatMap(({ action, status }) => (action ? [[action, status]] : []));
    expect(statuses).toEqual([
      ["shop.once", "successful"],
      ["shop.held", "successful"],
      ["shop.after", "cancelled"],
    ]);
    expect(lines.find(({ event }) => event === "runStarted").reason).toBe("interrupted");

    const third = start(folder, url, flags);
    await until(async () => ((await health(port))?.last ? [1] : []));
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('runs_total{status="successful"} 1\n');
    third.kill("SIGTERM");
    expect((await third.lines()).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(memory, "utf8")).unfinishedRuns).toBeUndefined();
    expect(await ask("select count(*) from public.began")).toEqual([["1"]]);
  });

  it.each([
    [["--execution-timeout", "1h", "--timeout", "1s"], "took longer than 1 s", "failed"],
    [["--execution-timeout", "1s", "--timeout", "1h"], "the time limit of the run", "timed_out"],
  ])("ends a compile without an end by %j", async (limits, message, status) => {
    const files = {
      "one.sqlx": `config { type: "view" }\nselect \${endless} as id`,
      "includes/endless.js": "while (true);",
    };
    const lines = await oneRun(files, limits);
    expect(lines.find(({ event }) => event === "runImpossible")).toMatchObject({
      code: "TIMED_OUT",
      message: expect.stringContaining(message),
    });
    expect(lines.find(({ event }) => event === "runEnded")).toMatchObject({ status });
  });

  it("tells people of unit tests that fail, and runs nothing then", async () => {
    const { url: hook, received } = await httpReceiver(200);
    const files = {
      "one.sqlx": `config { type: "view" }\nselect 1 as id`,
      "one_test.sqlx": `config { type: "test", dataset: "one" }\nselect 2 as id`,
    };
    const lines = await oneRun(files, ["--run-tests"], { DATAFORM_NOTIFY_URL: hook.href });
    expect(lines.filter(({ event }) => event === "actionFinished")).toEqual([]);
    expect(findingsOf(received)).toEqual(["1 unit test failed: one_test"]);
  });

  it.each([
    [["--actions", "nothing_of_the_kind"], "nothing_of_the_kind"],
    [["--junit", "."], "The report . cannot be written: it is a folder"],
  ])("tells people of a mistake that nobody sees: %j", async (runFlags, message) => {
    const { url: hook, received } = await httpReceiver(200);
    const files = { "one.sqlx": `config { type: "view" }\nselect 1 as id` };
    await oneRun(files, runFlags, { DATAFORM_NOTIFY_URL: hook.href });
    expect(findingsOf(received)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    [["--cron", "* * * * *", "--tags", "daily"], "flags of `run` follow after --: --tags"],
    [["--cron", "* * * * *", "--", "--threads", "abc"], "--threads: NaN"],
    [["--cron", "* * * * *", "--", "--json"], "--json has no meaning for a schedule"],
    [["--cron", "* * * * *", "--", "--vars", "name=it's"], "--allow-raw-vars"],
    [["--cron", "* * * * *", "--", "--credentials", "nowhere.json"], "nowhere.json cannot be read"],
    [["--cron", "* * * * *", "--retry-pause", "60"], "--retry-pause: 60 has no unit"],
    [["--cron", "* * * * *", "--retries", "many"], "--retries"],
    [["--cron", "* * * * *", "--", "--exclude", "a and"], '--exclude: "and" stands alone'],
    [["--cron", "* * * * *", "--", "--include-deps"], "need a selection"],
  ])("refuses %j", async (flags, message) => {
    const { folder } = temporaryProject({});
    const { exitCode, stderr } = await dataform(["schedule", ...flags], { cwd: folder });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("ends when its state is damaged, also while it listens", async () => {
    const { folder } = temporaryProject({});
    mkdirSync(join(folder, "target"));
    writeFileSync(join(folder, "target/schedule_state.json"), '{"handledUntil":');
    const flags = ["--cron", "* * * * *", "--listen", await freePort()];
    const where = { cwd: folder, asProcess: true };
    const { exitCode, stderr } = await dataform(["schedule", ...flags], where);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("is damaged")]);
  });
});

describe.each([
  ["deploy/dataform-schedule.service", unitCommand],
  ["docker-compose.yml", composeCommand],
])("the schedule of %s", (_, read) => {
  it("starts, is healthy and stops", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const { folder } = temporaryProject({ "one.sqlx": `config { type: "view" }\nselect 1 as id` });
    const port = await freePort();
    const { flags, check } = read(port);
    const running = start(folder, url, flags);
    await until(async () => ((await health(port)) ? [1] : []));
    if (check) expect((await runCommand("node", check)).exitCode).toBe(0);
    running.kill("SIGTERM");
    expect((await running.lines()).exitCode).toBe(0);
    if (check) expect((await runCommand("node", check)).exitCode).toBe(1);
  });
});

interface Deployed {
  flags: string[];
  /** Arguments of node that ask whether it is healthy. */
  check?: string[];
}

function unitCommand(port: string): Deployed {
  const text = readFileSync(join(repository, "deploy/dataform-schedule.service"), "utf8");
  const command = /^ExecStart=.* dataform schedule (.*)$/m.exec(text)?.[1] ?? "";
  return { flags: wordsOf(command.replace("9464", port)) };
}

function composeCommand(port: string): Deployed {
  const { services } = parse(readFileSync(join(repository, "docker-compose.yml"), "utf8"));
  const { command, environment, healthcheck } = services.schedule;
  const cron = /^\$\{CRON:-(.*)\}$/.exec(environment.CRON)?.[1] ?? "";
  const flags = / dataform schedule (.*)$/m.exec(command[2])?.[1]?.trim() ?? "";
  const [, , ...check] = healthcheck.test;
  return {
    flags: wordsOf(flags.replace("$$CRON", cron).replace("9464", port)),
    check: check.map((word: string) => word.replace("9464", port)),
  };
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
