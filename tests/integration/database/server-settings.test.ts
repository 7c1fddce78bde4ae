import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { startOwnServer } from "../../support/own-server.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { until } from "../../support/watch-server.ts";

const one = { "one.sqlx": `config { type: "table" }\nselect 1 as id` };
const show = `
  select current_setting('statement_timeout'), current_setting('lock_timeout'),
    current_setting('idle_in_transaction_session_timeout')`;

describe.each(serversByVersion())("time limits that somebody has set on $name", (server) => {
  it("are kept, whether the database, the role or the connection has them", async () => {
    const { database, url } = await openTestDatabase(server);
    expect((await database.query(show)).rows).toEqual([["0", "10s", "5min"]]);
    const { rows } = await database.query("select current_database()");
    await database.query(`alter database ${rows[0]?.[0]} set statement_timeout = '7min'`);
    await database.query(`alter role postgres in database ${rows[0]?.[0]} set lock_timeout = '3s'`);
    const options = encodeURIComponent("-c idle_in_transaction_session_timeout=0");
    const reopened = await openUrl(`${url}&options=${options}`, { maxConnections: 0 });
    expect((await reopened.query(show)).rows).toEqual([["7min", "3s", "0"]]);
    await reopened.query("set lock_timeout = '1s'");
    expect((await reopened.query(show)).rows).toEqual([["7min", "3s", "0"]]);
  });

  it("are named when a statement meets them", async () => {
    const { url } = await openTestDatabase(server);
    const slow = await openUrl(`${url}&options=-c%20statement_timeout%3D1s`);
    await expect(slow.query("select pg_sleep(60)")).rejects.toMatchObject({
      error: { sqlstate: "57014", hint: expect.stringMatching(/^statement_timeout is set for/) },
    });
  });
});

describe.each(serversByVersion())(
  "memory and compilation that nobody has set on $name",
  (server) => {
    it("are for the queries of models, and a value of the role is kept", async () => {
      const { database, url } = await openTestDatabase(server);
      const memory =
        "select current_setting('work_mem'), current_setting('maintenance_work_mem'), current_setting('jit')";
      expect((await database.query(memory)).rows).toEqual([["64MB", "128MB", "off"]]);
      const { rows } = await database.query("select current_database()");
      const ofRole = `alter role postgres in database ${rows[0]?.[0]} set`;
      await database.query(`${ofRole} work_mem = '8MB'; ${ofRole} jit = on`);
      const reopened = await openUrl(url);
      expect((await reopened.query(memory)).rows).toEqual([["8MB", "128MB", "on"]]);
    });
  },
);

describe.each(serversByVersion())("a limit of temporary files on $name", (server) => {
  it("is named with what helps when a query meets it, and nothing is changed", async () => {
    const { database, url } = await openTestDatabase(server);
    const { folder, write } = temporaryProject(one);
    const project = { cwd: folder, env: { DATABASE_URL: url } };
    expect((await dataform(["run"], project)).exitCode).toBe(0);
    const { rows } = await database.query("select current_database()");
    await database.query(`alter database ${rows[0]?.[0]} set temp_file_limit = '100kB'`);
    await database.query(`alter database ${rows[0]?.[0]} set work_mem = '64kB'`);
    write(
      "one.sqlx",
      `config { type: "table" }\nselect id from generate_series(2, 100000) as id order by id desc`,
    );
    const { exitCode, stdout } = await dataform(["run"], project);
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(
        /temporary file size exceeds "?temp_file_limit"? \(100kB\) \(SQLSTATE 53400\)[\s\S]*hint: .*work_mem/,
      ),
    });
    expect((await database.query("select id from shop.one")).rows).toEqual([["1"]]);
  });
});

describe.each(serversByVersion())("a database on $name that can only be read", (server) => {
  it("ends a run with exit code 4 before any work", async () => {
    const { database, url } = await openTestDatabase(server);
    const { rows } = await database.query("select current_database()");
    await database.query(`alter database ${rows[0]?.[0]} set default_transaction_read_only = on`);
    const { folder } = temporaryProject(one);
    const finished = await dataform(["run"], { cwd: folder, env: { DATABASE_URL: url } });
    expect(finished).toMatchObject({
      exitCode: 4,
      stdout: "",
      stderr: expect.stringMatching(
        /can only be read: default_transaction_read_only is on \(set by: database\)\nhint: set it to off/,
      ),
    });
  });
});

describe("a standby", () => {
  let url: string;

  beforeAll(async () => {
    const server = await startOwnServer({
      prepare: (dataFolder) => writeFileSync(join(dataFolder, "standby.signal"), ""),
    });
    url = `postgres://postgres@/dataform?host=${server.socketFolder}`;
    return server.remove;
  });

  it("is read by a query and refused by a run", async () => {
    const { folder } = temporaryProject(one);
    const project = { cwd: folder, env: { DATABASE_URL: url } };
    expect((await dataform(["query", "select pg_is_in_recovery()"], project)).exitCode).toBe(0);
    expect(await dataform(["run"], project)).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(
        /is a standby: it can only be read\nhint: let DATABASE_URL lead/,
      ),
    });
  });

  it("does not call a run of its primary interrupted, nor say that none is at work", async () => {
    let dataFolder = "";
    const server = await startOwnServer({
      prepare: (folder) => {
        dataFolder = folder;
      },
    });
    onTestFinished(server.remove);
    const { folder } = temporaryProject(one);
    const env = { DATABASE_URL: `postgres://postgres@/dataform?host=${server.socketFolder}` };
    const call = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await dataform(args, { cwd: folder, env });
      expect(exitCode, stderr).toBe(0);
      return stdout;
    };
    await call("run");
    const begin =
      "update run_history.runs set status = 'running', ended_at = null, exit_code = null";
    await call("query", begin);
    // The server still is a primary, and the run is gone.
    await until(async () => ((await call("history")).includes("| interrupted |") ? ["gone"] : []));
    const overview = ["query", "select status from run_history.run_overview", "--format", "csv"];
    expect(await call(...overview)).toMatch(/^interrupted\r?$/m);
    expect(await call("status")).toContain("no run is at work\n");
    writeFileSync(join(dataFolder, "standby.signal"), "");
    await server.restartAtOnce();
    expect(await call("history")).toMatch(/\| running +\|/);
    expect(await call(...overview)).toMatch(/^running\r?$/m);
    expect(await call("status")).toContain("runs at work: not known, this server is a standby\n");
  });
});
