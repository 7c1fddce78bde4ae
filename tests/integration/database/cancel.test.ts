import { describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { RunnerError } from "../../../runner/errors.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { anyServer } from "../../support/test-database.ts";
import { until } from "../../support/watch-server.ts";

async function untilRuns(database: Database, fragment: string): Promise<void> {
  const running = `select 1 from pg_stat_activity where state = 'active' and query like $1
    and datname = current_database() and pid <> pg_backend_pid()`;
  await until(async () => (await database.query(running, [fragment])).rows);
}

describe.each(anyServer())("cancelling on $name", (server) => {
  it("ends the running statement on the server and leaves nothing of it", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int)");
    const cancel = new AbortController();
    const inserting = database.session(
      (session) => session.query("insert into t select 1 from pg_sleep(60) as cancelled_insert"),
      cancel.signal,
    );
    const outcome = expect(inserting).rejects.toMatchObject({ code: "CANCELLED" });
    await untilRuns(database, "%cancelled_insert%");
    cancel.abort();
    await outcome;
    const active = `select count(*) from pg_stat_activity where query like 'insert into t %'
      and datname = current_database()`;
    expect((await database.query(`${active} and state = 'active'`)).rows).toEqual([["0"]]);
    expect((await database.query("select count(*) from t")).rows).toEqual([["0"]]);
  });

  it("rolls a transaction back and frees its locks before it rejects", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int)");
    const cancel = new AbortController();
    const working = database.transaction(async (session) => {
      await session.query("lock table t");
      await session.query("select pg_sleep(60) as cancelled_sleep");
    }, cancel.signal);
    const outcome = expect(working).rejects.toMatchObject({ code: "CANCELLED" });
    await untilRuns(database, "%cancelled_sleep%");
    cancel.abort();
    await outcome;
    await database.transaction((session) => session.query("lock table t nowait"));
  });

  it("lets no later statement of the session through", async () => {
    const { database } = await openTestDatabase(server);
    const cancel = new AbortController();
    const working = database.session(async (session) => {
      cancel.abort();
      await session.query("create table too_late (id int)");
    }, cancel.signal);
    await expect(working).rejects.toMatchObject({ code: "CANCELLED" });
    expect((await database.query("select to_regclass('too_late')")).rows).toEqual([[null]]);
  });

  it("does not commit a transaction that was cancelled before its end", async () => {
    const { database } = await openTestDatabase(server);
    const cancel = new AbortController();
    const working = database.transaction(async (session) => {
      await session.query("create table too_late (id int)");
      cancel.abort();
    }, cancel.signal);
    await expect(working).rejects.toMatchObject({ code: "CANCELLED" });
    expect((await database.query("select to_regclass('too_late')")).rows).toEqual([[null]]);
  });

  it("gives up the wait for a free connection", async () => {
    const { database } = await openTestDatabase(server, { maxConnections: 0 });
    const cancel = new AbortController();
    await database.session(async () => {
      const waiting = database.session(async () => "never", cancel.signal);
      cancel.abort();
      await expect(waiting).rejects.toMatchObject({ code: "CANCELLED" });
    });
    expect(await database.session(async () => "free again")).toBe("free again");
  });

  it("rejects with the reason of the signal when that is one of ours", async () => {
    const { database } = await openTestDatabase(server);
    const reason = new RunnerError("TIMED_OUT", "the run took too long");
    const working = database.session((one) => one.query("select 1"), AbortSignal.abort(reason));
    await expect(working).rejects.toBe(reason);
  });
});

describe.each(anyServer())("a connection that breaks on $name", (server) => {
  it("fails its statement, tells its session, and is replaced", async () => {
    const { database } = await openTestDatabase(server, { maxConnections: 1 });
    await database.session(async (session) => {
      const sleeping = session.query("select pg_sleep(60)");
      const outcome = expect(sleeping).rejects.toMatchObject({ error: { sqlstate: "57P01" } });
      await database.query("select pg_terminate_backend($1, 10000)", [session.processId]);
      await outcome;
      if (!session.lost.aborted) {
        await new Promise((resolve) => session.lost.addEventListener("abort", resolve));
      }
      await expect(session.query("select 1")).rejects.toThrow("connection to the server was lost");
    });
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
  });

  it("does not disturb anybody while it is idle", async () => {
    const { database } = await openTestDatabase(server);
    const idle = await Promise.all([1, 2, 3].map(() => database.session(async (one) => one)));
    await database.session(async (killer) => {
      for (const { processId } of idle.filter((one) => one.processId !== killer.processId)) {
        await killer.query("select pg_terminate_backend($1, 10000)", [processId]);
      }
    });
    const answers = await Promise.all([1, 2, 3, 4].map(() => database.query("select 1")));
    expect(answers.map(({ rows }) => rows)).toEqual(Array(4).fill([["1"]]));
  });
});
