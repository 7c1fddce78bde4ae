import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../../runner/database/open-database.ts";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import type { RunResult } from "../../../runner/results/run-result.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

// Counts calls beyond any rollback: a sequence never goes back.
const failing = (calls: number, failure: string) => `config { type: "operations" }
do $$ begin
  if nextval('public.calls') <= ${calls} then ${failure}; end if;
  insert into public.done values (1);
end $$`;

const raise = (sqlstate: string) => `raise exception 'on purpose' using errcode = '${sqlstate}'`;

describe.each(anyServer())("retries on $name", (server) => {
  async function run(sqlx: string, actionRetryLimit?: number) {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const client = new Client(url);
    await client.connect();
    await client.query("create sequence public.calls; create table public.done (n int)");
    const { folder: projectDir } = temporaryProject({ "work.sqlx": sqlx });
    const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
    const notices: string[] = [];
    const listener = (event: RunEvent) => {
      if (event.type === "notice") notices.push(event.message);
    };
    try {
      const result: RunResult = await runProject({
        ...{ projectDir, database, listener, actionRetryLimit },
      });
      const { rows } = await client.query(
        "select (select last_value::int from public.calls) as calls, (select count(*)::int from public.done) as done",
      );
      return { action: result.actions[0], notices, ...rows[0] };
    } finally {
      await database.close();
      await client.end();
    }
  }

  it("runs an action again after a deadlock, a conflict of transactions and a lock timeout", async () => {
    const sqlstates = ["40P01", "40001", "55P03"];
    const runs = await Promise.all(
      sqlstates.map((sqlstate) => run(failing(2, raise(sqlstate)), 2)),
    );
    for (const [index, { action, calls, done, notices }] of runs.entries()) {
      const expected = { status: "successful", retries: 2 };
      expect(action, sqlstates[index]).toMatchObject(expected);
      expect({ calls, done }).toEqual({ calls: 3, done: 1 });
      expect(notices).toContain("shop.work: on purpose; trying again (2 of 2)");
    }
  });

  it("runs an action again when its connection breaks before the commit", async () => {
    const dies = "perform pg_terminate_backend(pg_backend_pid())";
    const { action, done } = await run(failing(1, dies), 1);
    expect(action).toMatchObject({ status: "successful", retries: 1 });
    expect(done).toBe(1);
  });

  it("gives up after the limit and shows the last error", async () => {
    const { action, calls, done } = await run(failing(9, raise("40P01")), 1);
    expect(action).toMatchObject({ status: "failed", retries: 1 });
    expect(action?.tasks.at(-1)?.error?.sqlstate).toBe("40P01");
    expect({ calls, done }).toEqual({ calls: 2, done: 0 });
  });

  it("tries twice more when no limit is given, and never with a limit of 0", async () => {
    const [given, none] = await Promise.all([
      run(failing(9, raise("40P01"))),
      run(failing(1, raise("40P01")), 0),
    ]);
    expect(given).toMatchObject({ calls: 3, done: 0, action: { status: "failed", retries: 2 } });
    expect(none).toMatchObject({ calls: 1, done: 0 });
    expect(none.action?.retries).toBeUndefined();
  });

  it("does not repeat what an operation without a transaction has committed itself", async () => {
    const own = (then: string) => `config { type: "operations", postgres: { transaction: false } }
      insert into public.done values (1)
      ---
      select nextval('public.calls')
      ---
      ${then}`;
    const raised = await run(own(`do $$ begin ${raise("40P01")}; end $$`), 2);
    expect(raised).toMatchObject({ calls: 1, done: 1, action: { status: "failed" } });
    const cut = await run(own("select pg_terminate_backend(pg_backend_pid())"), 2);
    expect(cut).toMatchObject({ calls: 1, done: 1, action: { status: "failed" } });
  });

  it("sends nothing of an operation that would commit by itself", async () => {
    const { action, done } = await run(
      'config { type: "operations" }\ninsert into public.done values (1); commit; vacuum',
      2,
    );
    expect(action).toMatchObject({ status: "failed" });
    expect(done).toBe(0);
  });

  it("does not repeat an error that would come again", async () => {
    const permanent = await run(failing(1, raise("23505")), 5);
    expect(permanent).toMatchObject({ calls: 1, action: { status: "failed" } });
    expect(permanent.action?.retries).toBeUndefined();
  });
});
