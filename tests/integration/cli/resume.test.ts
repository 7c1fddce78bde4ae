import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import type { RunResult } from "../../../runner/results/run-result.ts";
import { type HeldMessage, startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { dataform, type Finished } from "../../support/run-command.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

/** An action that writes its own name down in the transaction that it works in. */
const noted = (name: string, config: string, query: string) =>
  `config { ${config} }\n${query}\npre_operations { insert into public.ran values ('${name}') }`;

const table = `type: "table"`;
const files = {
  "first.sqlx": noted("first", table, "select 1 as id"),
  "log.sqlx": noted("log", `type: "incremental"`, "select 1 as n"),
  "second.sqlx": noted(
    "second",
    table,
    `select id / (select ok from public.switch) as id from \${ref("first")}`,
  ),
  "third.sqlx": noted("third", table, `select id from \${ref("second")}`),
};

describe.each(anyServer())("dataform run --resume on $name", (server) => {
  let database: Database;
  let url: string;
  let project: TemporaryProject;

  beforeEach(async () => {
    const made = await createDatabase(server);
    url = made.url;
    database = await openUrl(url);
    await database.query(
      "create table public.ran (name text); create table public.switch as select 0 as ok",
    );
    project = temporaryProject(files);
    return made.drop;
  });

  const run = (...flags: string[]): Promise<Finished> =>
    dataform(["run", "--threads", "1", ...flags], {
      cwd: project.folder,
      env: { DATABASE_URL: url },
    });
  const resume = (...flags: string[]) => run("--resume", ...flags);
  const repair = () => database.query("update public.switch set ok = 1");
  const rows = async (sql: string) => (await database.query(sql)).rows.flat();
  const ranSince = async () => {
    const names = await rows("select name from public.ran order by name");
    await database.query("truncate public.ran");
    return names;
  };
  const logFile = () => join(project.folder, "target", "run_state.jsonl");
  const results = (): RunResult =>
    JSON.parse(readFileSync(join(project.folder, "target", "run_results.json"), "utf8"));

  it("runs what failed and what comes after it, and nothing that succeeded", async () => {
    expect((await run()).exitCode).toBe(1);
    const failed = results();
    expect(await ranSince()).toEqual(["first", "log"]);
    await repair();
    const { exitCode, stdout } = await resume();
    expect(exitCode).toBe(0);
    expect(await ranSince()).toEqual(["second", "third"]);
    expect(await rows("select n from shop.log")).toEqual(["1"]);
    expect(stdout).toContain(`continues the run ${failed.runId}: 2 of 4 actions were finished`);
    expect(stdout).toMatch(/reused +table +shop\.first/);
    expect(stdout).toContain("4 actions, 4 successful (2 reused)");
    const { resumedFrom, actions } = results();
    expect(resumedFrom).toBe(failed.runId);
    const reused = actions.filter((action) => action.reused).map(({ target }) => target.name);
    expect(reused.sort()).toEqual(["first", "log"]);
    const before = failed.actions.find(({ target }) => target.name === "first");
    const after = actions.find(({ target }) => target.name === "first");
    expect(after).toEqual({ ...before, reused: true });
  });

  it("says after a successful run that nothing is left to do, also as JSON", async () => {
    await run();
    await repair();
    await resume();
    const { exitCode, stdout } = await resume();
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `Nothing is left to do: the last run (${results().runId}) was successful. Run without --resume to run again.\n`,
    );
    await ranSince();
    const printed = JSON.parse((await resume("--json")).stdout);
    expect(printed).toMatchObject({ status: "successful", runId: results().runId });
    expect(printed.actions.every(({ reused }: { reused?: true }) => reused)).toBe(true);
    expect(await ranSince()).toEqual([]);
  });

  it("keeps what several runs have finished until one is successful", async () => {
    await run();
    project.write("third.sqlx", noted("third", table, `select 1 / 0 as x from \${ref("second")}`));
    await repair();
    expect((await resume()).exitCode).toBe(1);
    project.write("third.sqlx", files["third.sqlx"]);
    await ranSince();
    expect((await resume()).exitCode).toBe(0);
    expect(await ranSince()).toEqual(["third"]);
    expect(await rows("select n from shop.log")).toEqual(["1"]);
  });

  it("runs an action again that was changed or whose table is gone, with all that is built on it", async () => {
    await run();
    await repair();
    await ranSince();
    project.write("first.sqlx", noted("first", table, "select 2 as id"));
    expect((await resume()).exitCode).toBe(0);
    expect(await ranSince()).toEqual(["first", "second", "third"]);
    expect(await rows("select id from shop.third")).toEqual(["2"]);

    await database.query("update public.switch set ok = 0");
    await run();
    await repair();
    await ranSince();
    await database.query("drop table shop.log");
    expect((await resume()).exitCode).toBe(0);
    expect(await ranSince()).toEqual(["log", "second", "third"]);
  });

  it("continues with the selection, the settings and the full refresh of the failed run", async () => {
    const query = `select \${dataform.projectConfig.vars.n} as n`;
    project.write("log.sqlx", noted("log", `type: "incremental", dependencies: ["second"]`, query));
    await repair();
    await run("--vars", "n=7");
    await database.query("update public.switch set ok = 0");
    const flags = ["--actions", "log", "second", "--full-refresh", "--vars", "n=8"];
    expect((await run(...flags)).exitCode).toBe(1);
    await repair();
    await ranSince();
    expect((await resume()).exitCode).toBe(0);
    expect(await ranSince()).toEqual(["log", "second"]);
    expect(await rows("select n from shop.log")).toEqual(["8"]);
  });

  it("checks an assertion again that failed, and none that passed", async () => {
    await repair();
    await run();
    await database.query("update public.switch set ok = 0");
    const assertion = (condition: string) =>
      `config { type: "assertion" }\nselect a.id from \${ref("first")} as a, \${ref("log")} as b where ${condition}`;
    project.write("passes.sqlx", assertion("false"));
    project.write("fails.sqlx", assertion("(select ok from public.switch) = 0"));
    project.remove("definitions/second.sqlx");
    project.remove("definitions/third.sqlx");
    expect((await run()).exitCode).toBe(1);
    await repair();
    expect((await resume()).exitCode).toBe(0);
    const reused = results().actions.flatMap(({ target, reused: is }) => (is ? target.name : []));
    expect(reused).toContain("passes");
    expect(reused).not.toContain("fails");
  });

  /** Runs through a proxy and has `at` look at every message; `kill` ends the runner at once. */
  async function runAndKill(at: (message: HeldMessage, kill: () => void) => Promise<boolean>) {
    let kill = (): void => undefined;
    const proxy = await startFaultProxy(url, async (message) => {
      if (!(await at(message, () => kill()))) message.forward();
    });
    const { exitCode } = await dataform(["run", "--threads", "1"], {
      cwd: project.folder,
      env: { DATABASE_URL: proxy.url },
      onStart: (send) => {
        kill = () => send("SIGKILL");
      },
    });
    proxy.close();
    expect(exitCode).toBe(null);
  }

  /** Tells of each message, in their order, whether it commits what the action `log` did. */
  function commitOfLog() {
    let writer: number | undefined;
    return ({ text, processId }: HeldMessage) => {
      if (/insert into public.ran values \('log'\)/.test(text)) writer = processId;
      return writer !== undefined && processId === writer && /^P.*\0commit\0/s.test(text);
    };
  }

  it("does not repeat an action whose runner was killed right after its commit", async () => {
    await repair();
    const isCommitOfLog = commitOfLog();
    let committing: number | undefined;
    await runAndKill(async (message, kill) => {
      if (isCommitOfLog(message)) committing = message.processId;
      // The server sends its answers at the end of a series of messages. Other connections go on meanwhile.
      const isCommitting = committing !== undefined && committing === message.processId;
      if (!isCommitting || message.type !== "S") return false;
      await message.forwardAndHush();
      kill();
      return true;
    });
    expect(readFileSync(logFile(), "utf8")).not.toContain(
      `"result":{"target":{"database":"shop","schema":"shop","name":"log"`,
    );
    expect(await rows("select n from shop.log")).toEqual(["1"]);
    await ranSince();
    const { exitCode, stdout } = await resume();
    expect(exitCode).toBe(0);
    expect(stdout).toContain("1 were committed and are only finished");
    expect(await rows("select n from shop.log")).toEqual(["1"]);
    expect(await ranSince()).not.toContain("log");
  });

  it("repeats an action whose runner was killed before its commit", async () => {
    await repair();
    const isCommitOfLog = commitOfLog();
    await runAndKill(async (message, kill) => {
      if (!isCommitOfLog(message)) return false;
      kill();
      message.cut();
      return true;
    });
    await ranSince();
    expect((await resume()).exitCode).toBe(0);
    expect(await rows("select n from shop.log")).toEqual(["1"]);
    expect(await ranSince()).toContain("log");
  });

  it("does not publish again when only what follows the commit had failed", async () => {
    await repair();
    await run();
    const unique = `type: "incremental", postgres: { indexes: [{ columns: ["n"], unique: true }] }`;
    project.write("log.sqlx", noted("log", unique, "select 1 as n"));
    const failed = await run();
    expect(failed.exitCode).toBe(1);
    expect(await rows("select n from shop.log")).toEqual(["1", "1"]);
    await database.query("delete from shop.log where ctid = (select max(ctid) from shop.log)");
    await ranSince();
    const { exitCode } = await resume();
    expect(exitCode).toBe(0);
    expect(await rows("select n from shop.log")).toEqual(["1"]);
    expect(await rows("select count(*) from pg_indexes where tablename = 'log'")).toEqual(["1"]);
    expect(await ranSince()).toEqual([]);
  });

  it("refuses to continue what it cannot trust, in one line with exit code 2", async () => {
    const refused = async (reason: RegExp, ...flags: string[]) => {
      const { exitCode, stderr } = await resume(...flags);
      expect(stderr).toMatch(reason);
      expect(exitCode).toBe(2);
    };
    await refused(/There is no run to continue: .*run_state\.jsonl does not exist/);
    await run("--vars", "n=1");
    await ranSince();
    await refused(
      /takes the selection of the run .*--actions, --full-refresh/,
      ..."--actions first --full-refresh".split(" "),
    );
    await refused(
      /other values of --schema-suffix, --vars/,
      ..."--vars n=2 --schema-suffix x".split(" "),
    );
    await refused(/cannot be combined with --dry-run/, "--dry-run");
    const whole = readFileSync(logFile(), "utf8");
    const [head = "", ...lines] = whole.split("\n");
    writeFileSync(
      logFile(),
      [head.replace(/"project":"[^"]*"/, '"project":"other"'), ...lines].join("\n"),
    );
    await refused(/belongs to the project "other"/);
    writeFileSync(logFile(), [head, "{half", ...lines].join("\n"));
    await refused(/is damaged in line 2/);
    writeFileSync(logFile(), "[]\n");
    await refused(/is damaged in line 1/);
    writeFileSync(logFile(), whole.replace(/"system":"\d+"/, '"system":"1"'));
    await refused(/cannot be continued here: it worked on the database/);
    writeFileSync(logFile(), whole.replace(/"timeline":"\d+"/, '"timeline":"77"'));
    await refused(/was restored from a backup or failed over since/);
    expect(await ranSince()).toEqual([]);
    writeFileSync(
      logFile(),
      `${whole.trimEnd().split("\n").slice(0, -2).join("\n")}\n{"type":"act`,
    );
    await repair();
    expect((await resume()).exitCode).toBe(0);
  });

  it("leaves the log of a run alone when another one cannot start", async () => {
    await run();
    await repair();
    project.write("bad.sqlx", "config { type: ");
    expect((await run()).exitCode).toBe(3);
    project.remove("definitions/bad.sqlx");
    await ranSince();
    expect((await resume()).exitCode).toBe(0);
    expect(await ranSince()).toEqual(["second", "third"]);
    expect(existsSync(logFile())).toBe(true);
  });
});
