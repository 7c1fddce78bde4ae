import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { withRunLock } from "../../../runner/database/locks/run-lock.ts";
import { openUrl } from "../../support/opened-database.ts";
import { type PoolingOptions, startPooler } from "../../support/pooling-proxy.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

describe.each(anyServer())("a connection pooler before $name", (server) => {
  async function startPool(options: PoolingOptions) {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const [, database = "", folder] = /\/(test_\w+)\?host=(.*)$/.exec(url) ?? [];
    const port = await startPooler(`${folder}/.s.PGSQL.5432`, database, options);
    return { url, pooled: `postgres://postgres@127.0.0.1:${port}/${database}?sslmode=disable` };
  }

  it.each([
    { mode: "transaction" },
    { mode: "transaction", order: "oldest" },
    { mode: "transaction", order: "oldest", spare: 4 },
    { mode: "transaction", order: "last", spare: 4 },
  ] as PoolingOptions[])("is refused with a reason: %o", async (options) => {
    const { pooled } = await startPool(options);
    await expect(openUrl(pooled)).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringMatching(
        /127\.0\.0\.1:\d+\/test_\w+ .* is a connection pooler in trans/,
      ),
      hint: expect.stringContaining("pool_mode = session"),
    });
  });

  it("is found out also while others keep its server connections in motion", async () => {
    const { pooled } = await startPool({ mode: "transaction", order: "any", spare: 2 });
    for (let time = 0; time < 25; time++) {
      await expect(openUrl(pooled)).rejects.toThrow("connection pooler in transaction mode");
    }
  });

  it("is used in session mode, with all settings and locks", async () => {
    const { pooled } = await startPool({ mode: "session", order: "oldest", spare: 2 });
    const database = await openUrl(pooled);
    expect((await database.query("show timezone")).rows).toEqual([["UTC"]]);
    const processes = await withRunLock(
      database,
      ["gold"],
      () => Promise.all([1, 2].map(() => database.session(async (one) => one.processId))),
      { runId: "run-1" },
    );
    expect(new Set(processes).size).toBe(2);
  });

  it("ends a run with exit code 4 before anything is changed, for other clients either", async () => {
    const { url, pooled } = await startPool({ mode: "transaction" });
    const { folder } = temporaryProject({ "one.sqlx": `config { type: "table" }\nselect 1 as id` });
    const { exitCode, stderr } = await dataform(["run"], {
      cwd: folder,
      env: { DATABASE_URL: pooled },
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringContaining("connection pooler in transaction mode"),
    });
    const shared = new Client(pooled);
    await shared.connect();
    const changed = await shared.query(
      "select name from pg_settings where source = 'session' and name <> 'application_name'",
    );
    await shared.end();
    expect(changed.rows).toEqual([]);
    const database = await openUrl(url);
    const schemas = "select count(*) from pg_namespace where nspname like 'shop%'";
    expect((await database.query(schemas)).rows).toEqual([["0"]]);
  });
});
