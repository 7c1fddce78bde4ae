import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { idOf } from "../../../runner/database/embedded/data-folder.ts";
import { leaseEmbedded } from "../../../runner/database/embedded/embedded-lease.ts";
import {
  embeddedStatus,
  startEmbeddedForGood,
  stopEmbedded,
} from "../../../runner/database/embedded/embedded-server.ts";
import { canReach } from "../../../runner/database/embedded/server-user.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { startCommand } from "../../support/embedded-command.ts";
import { putMadeData } from "../../support/made-data.ts";

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
// A clone in a private folder of root cannot be run by anybody else.
const othersCanRun = canReach(import.meta.dirname, { uid: nobody, gid: nobody });

/** An empty project folder that the server's account can enter, unless it is to be private. */
function projectFolder({ isPrivate = false } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "dataform-test-"));
  if (!isPrivate) chmodSync(folder, 0o755);
  onTestFinished(async () => {
    await stopEmbedded(folder, { force: true });
    const data = join(folder, ".dataform/postgres");
    if (existsSync(data)) rmSync(realpathSync(data), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** One whose server has been there before. */
async function projectWithData(): Promise<string> {
  const folder = projectFolder();
  putMadeData(join(folder, ".dataform"));
  if (!existsSync(join(folder, ".dataform/postgres"))) await (await open(folder)).close();
  return folder;
}

const open = (projectDir: string) => openDatabase({ projectDir, env: {} });
const stateOf = async (projectDir: string) => (await embeddedStatus(projectDir)).state;

describe("the embedded server", () => {
  it("is made and started by the first command, stopped by the last, and keeps its rows", async () => {
    const project = projectFolder();
    expect(await embeddedStatus(project)).toMatchObject({ state: "stopped", isKept: false });
    const database = await open(project);
    expect(database.source).toBe("embedded");
    expect(database.description).toMatch(
      /^embedded PostgreSQL 18\.\d+ \(.*\.dataform\/postgres\)$/,
    );
    await database.query("create table t as select 7 as id");
    const running = await embeddedStatus(project);
    expect(running).toMatchObject({ state: "running", version: "18", pid: expect.any(Number) });
    await database.close();
    expect(await stateOf(project)).toBe("stopped");
    expect(existsSync(running.socketFolder ?? "")).toBe(false);
    const reopened = await open(project);
    expect((await reopened.query("select id from t")).rows).toEqual([["7"]]);
    await reopened.close();
  });

  it("is UTF-8, in UTC, durable, off the network and behind a private folder", async () => {
    const project = projectFolder();
    const database = await open(project);
    const { rows } = await database.query(`
      select
        current_setting('server_encoding'), current_setting('listen_addresses'),
        current_setting('fsync'), current_setting('log_timezone'), current_user,
        current_database(), datlocprovider, lower('ÄÖ')
      from pg_database where datname = current_database()`);
    expect(rows).toEqual([["UTF8", "", "on", "UTC", "postgres", "dataform", "b", "äö"]]);
    const { socketFolder = "", connectionString } = await embeddedStatus(project);
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
    expect(connectionString).toBe(`postgres://postgres@/dataform?host=${socketFolder}`);
    await database.close();
  });

  it("keeps its folder out of version control", async () => {
    const project = await projectWithData();
    await (await open(project)).close();
    expect(readFileSync(join(project, ".dataform/.gitignore"), "utf8")).toBe("*\n");
  });

  it("is shared by two commands and stopped by the second", async () => {
    const project = await projectWithData();
    const [first, second] = [startCommand(project), startCommand(project)];
    expect(await first.nextLine()).toBe("open");
    expect(await second.nextLine()).toBe("open");
    const address = "select pg_postmaster_start_time()";
    expect(await first.query(address)).toEqual(await second.query(address));
    await first.finish();
    expect(await second.query("select 1")).toEqual([["1"]]);
    await second.finish();
    expect(await stateOf(project)).toBe("stopped");
  });

  it("is made once when many commands come at the same time", async () => {
    const project = projectFolder();
    const commands = Array.from({ length: 5 }, () => startCommand(project));
    for (const command of commands) expect(await command.nextLine()).toBe("open");
    const address = "select system_identifier from pg_control_system()";
    const answers = await Promise.all(commands.map(({ query }) => query(address)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await Promise.all(commands.map(({ finish }) => finish()));
    expect(await stateOf(project)).toBe("stopped");
    expect(readdirSync(join(project, ".dataform")).sort()).toEqual([
      ".gitignore",
      "postgres",
      "postgres.log",
    ]);
  });

  it("survives commands that come and go without pause", async () => {
    const project = await projectWithData();
    const useTwice = async () => {
      for (let round = 0; round < 5; round++) {
        const database = await open(project);
        expect((await database.query("select 1")).rows).toEqual([["1"]]);
        await database.close();
      }
    };
    await Promise.all([useTwice(), useTwice(), useTwice()]);
    expect(await stateOf(project)).toBe("stopped");
  });

  it("outlives a killed command and is used and stopped by the next", async () => {
    const project = await projectWithData();
    const command = startCommand(project);
    expect(await command.nextLine()).toBe("open");
    const { pid } = await embeddedStatus(project);
    await command.kill();
    expect(await embeddedStatus(project)).toMatchObject({ state: "running", pid });
    const database = await open(project);
    expect(await embeddedStatus(project)).toMatchObject({ state: "running", pid });
    await database.close();
    expect(await stateOf(project)).toBe("stopped");
  });

  it("does not hear Ctrl-C in the terminal", async () => {
    const project = await projectWithData();
    const command = startCommand(project);
    expect(await command.nextLine()).toBe("open");
    const { pid } = await embeddedStatus(project);
    process.kill(-(command.process.pid ?? 0), "SIGINT");
    await command.kill();
    expect(await embeddedStatus(project)).toMatchObject({ state: "running", pid });
  });

  it("recovers committed rows when it was killed itself", async () => {
    const project = await projectWithData();
    const command = startCommand(project);
    expect(await command.nextLine()).toBe("open");
    await command.query("create table t as select 7 as id");
    process.kill((await embeddedStatus(project)).pid ?? 0, "SIGKILL");
    await command.kill();
    const database = await open(project);
    expect((await database.query("select id from t")).rows).toEqual([["7"]]);
    await database.close();
  });

  it("is started again by a command that finds it while it is being killed", async () => {
    const project = await projectWithData();
    for (let kill = 0; kill < 3; kill++) {
      const { pid = 0 } = await startEmbeddedForGood(project);
      process.kill(pid, "SIGKILL");
      const database = await open(project);
      expect((await database.query("select 1")).rows).toEqual([["1"]]);
      await database.close();
    }
  });

  it("starts although its pid file names a process that is something else by now", async () => {
    const project = await projectWithData();
    const pidFile = join(project, ".dataform/postgres/postmaster.pid");
    writeFileSync(pidFile, `${process.pid}\n${project}\n1\n5432\n/tmp/nowhere\n\n 1 2\nready   \n`);
    expect(await stateOf(project)).toBe("stopped");
    const database = await open(project);
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
    await database.close();
  });

  it("starts again when somebody has removed its socket", async () => {
    const project = await projectWithData();
    const { pid, socketFolder = "" } = await startEmbeddedForGood(project);
    rmSync(socketFolder, { recursive: true });
    const database = await open(project);
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
    expect((await embeddedStatus(project)).pid).not.toBe(pid);
    await database.close();
  });

  it("is made from the start again when the first start was killed", async () => {
    const project = projectFolder();
    const draft = join(project, ".dataform/postgres.new-12345678");
    mkdirSync(join(draft, "base"), { recursive: true });
    await (await open(project)).close();
    expect(existsSync(draft)).toBe(false);
  });
});

describe("a server that is told to stay", () => {
  it("outlasts the commands until it is told to stop", async () => {
    const project = await projectWithData();
    const started = await startEmbeddedForGood(project);
    expect(started).toMatchObject({ state: "running", isKept: true });
    await (await open(project)).close();
    expect(await embeddedStatus(project)).toEqual(started);
    expect(await stopEmbedded(project)).toMatchObject({ state: "stopped", isKept: false });
    expect(await stopEmbedded(project)).toMatchObject({ state: "stopped", isKept: false });
  });

  it("stops when the last command is done, if one is at work when it is told to stop", async () => {
    const project = await projectWithData();
    await startEmbeddedForGood(project);
    const database = await open(project);
    expect(await stopEmbedded(project)).toMatchObject({ state: "running", isKept: false });
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
    await database.close();
    expect(await stateOf(project)).toBe("stopped");
  });

  it("leaves a project alone that never had a server", async () => {
    const project = projectFolder();
    expect(await stopEmbedded(project)).toMatchObject({ state: "stopped" });
    expect(readdirSync(project)).toEqual([]);
  });
});

describe("a folder that cannot serve", () => {
  it("is refused, and left as it is, when another major version made it", async () => {
    const project = await projectWithData();
    const version = join(project, ".dataform/postgres/PG_VERSION");
    writeFileSync(version, "17\n");
    await expect(open(project)).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining(
        "was made by PostgreSQL 17, and this version brings PostgreSQL 18",
      ),
      hint: expect.stringContaining(`mv ${join(project, ".dataform/postgres")} `),
    });
    expect(readFileSync(version, "utf8")).toBe("17\n");
  });

  it("is named with the log's last words when the server does not start", async () => {
    const project = await projectWithData();
    writeFileSync(join(project, ".dataform/postgres/postgresql.conf"), "nonsense = 1\n");
    await expect(open(project)).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringMatching(/did not start .*postgres\.log.*nonsense/s),
    });
  });

  it("is named when it is a file", async () => {
    const project = projectFolder();
    writeFileSync(join(project, ".dataform"), "");
    await expect(open(project)).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining(join(project, ".dataform")),
      hint: expect.stringContaining("DATABASE_URL"),
    });
    rmSync(join(project, ".dataform"));
  });

  it.runIf(!isRoot || othersCanRun)("is named when it cannot be written", async () => {
    const project = projectFolder();
    chmodSync(project, 0o555);
    const command = startCommand(project, isRoot ? nobody : undefined);
    const failure = JSON.parse(await command.nextLine());
    expect(failure).toMatchObject({ code: "CONNECTION_FAILED" });
    expect(failure.message).toContain(`cannot write to ${join(project, ".dataform")}`);
    expect(failure.hint).toContain("make the project folder writable");
    chmodSync(project, 0o755);
  });
});

describe.runIf(isRoot)("the embedded server of root", () => {
  it("runs under another account", async () => {
    const project = await projectWithData();
    const database = await open(project);
    const { pid, dataFolder } = await embeddedStatus(project);
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    expect(lstatSync(dataFolder).isDirectory()).toBe(true);
    await database.close();
  });

  it("keeps its data elsewhere when the project folder is private", async () => {
    const project = projectFolder({ isPrivate: true });
    const database = await open(project);
    await database.query("create table t as select 7 as id");
    await database.close();
    const { dataFolder } = await embeddedStatus(project);
    expect(lstatSync(dataFolder).isSymbolicLink()).toBe(true);
    expect(statSync(dataFolder).mode & 0o777).toBe(0o700);
    const reopened = await open(project);
    expect((await reopened.query("select id from t")).rows).toEqual([["7"]]);
    await reopened.close();
  });

  it("gives a fresh clone at the same path fresh data", async () => {
    const project = projectFolder({ isPrivate: true });
    const database = await open(project);
    await database.query("create table t as select 7 as id");
    await database.close();
    const old = realpathSync((await embeddedStatus(project)).dataFolder);
    onTestFinished(() => rmSync(old, { recursive: true }));
    rmSync(join(project, ".dataform"), { recursive: true });
    const fresh = await open(project);
    expect((await fresh.query("select to_regclass('t')")).rows).toEqual([[null]]);
    await fresh.close();
    expect(existsSync(old)).toBe(true);
  });

  it("gives a copy of a project data of its own, and a moved one those that it had", async () => {
    const project = projectFolder({ isPrivate: true });
    const database = await open(project);
    await database.query("create table t as select 7 as id");
    const copy = `${project}-copy`;
    cpSync(project, copy, { recursive: true, verbatimSymlinks: true });
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    expect(await stateOf(copy)).toBe("stopped");
    const messages: string[] = [];
    const lease = await leaseEmbedded(join(copy, ".dataform"), undefined, (message) =>
      messages.push(message),
    );
    const other = await open(copy);
    expect((await other.query("select to_regclass('t')")).rows).toEqual([[null]]);
    await other.close();
    await lease.release([]);
    expect(messages.join("\n")).toContain("is a copy of");
    expect((await database.query("select id from t")).rows).toEqual([["7"]]);
    await database.close();
    const moved = `${project}-moved`;
    renameSync(project, moved);
    onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
    const again = await open(moved);
    expect((await again.query("select id from t")).rows).toEqual([["7"]]);
    await again.close();
  });

  it("starts with new data when the link leads nowhere", async () => {
    const project = projectFolder({ isPrivate: true });
    await (await open(project)).close();
    rmSync(realpathSync((await embeddedStatus(project)).dataFolder), { recursive: true });
    const database = await open(project);
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
    await database.close();
  });

  it.runIf(othersCanRun)("serves a command of its account, and the other way round", async () => {
    const project = projectFolder();
    chmodSync(project, 0o777);
    const command = startCommand(project, nobody);
    expect(await command.nextLine()).toBe("open");
    const database = await open(project);
    await command.finish();
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
    await database.close();
    expect(await stateOf(project)).toBe("stopped");
  });

  it("removes what a killed first start has left outside of the project", async () => {
    const project = projectFolder({ isPrivate: true });
    mkdirSync(join(project, ".dataform"));
    const id = idOf({ folder: join(project, ".dataform") });
    const draft = `/var/lib/dataform-postgres/${id}.new-12345678`;
    mkdirSync(join(draft, "base"), { recursive: true });
    await (await open(project)).close();
    expect(existsSync(draft)).toBe(false);
  });
});
