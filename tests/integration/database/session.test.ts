import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { sendTogether } from "../../../runner/database/connection/send-together.ts";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { inThisDatabase } from "../../support/watch-server.ts";

describe.each(serversByVersion())("a session on $name", (server) => {
  it.each([
    ["9223372036854775807::bigint", "9223372036854775807"],
    [
      "123456789012345678901234567890.123456789::numeric",
      "123456789012345678901234567890.123456789",
    ],
    ["0.1::float8 + 0.2::float8", "0.30000000000000004"],
    ["'-0'::float8", "-0"],
    ["'NaN'::numeric", "NaN"],
    ["date '2026-01-01'", "2026-01-01"],
    ["date '0044-03-15 BC'", "0044-03-15 BC"],
    ["timestamptz '2026-03-08 02:30:00.123456+05:30'", "2026-03-07 21:00:00.123456+00"],
    ["timestamp 'infinity'", "infinity"],
    ["interval '1 day 25 hours'", "1 day 25:00:00"],
    ["true", "t"],
    ["null", null],
    ["'\\x00ff'::bytea", "\\x00ff"],
    ["array[1, null]", "{1,NULL}"],
    ["'{\"a\": 1.0}'::json", '{"a": 1.0}'],
    ["'C:\\new'", "C:\\new"],
  ])("returns %s as PostgreSQL's own text", async (expression, text) => {
    const { database } = await openTestDatabase(server);
    expect((await database.query(`select ${expression}`)).rows).toEqual([[text]]);
  });

  it("gives each statement of a message its own result, also those that say nothing", async () => {
    const client = new Client(server.url);
    await client.connect();
    try {
      await client.query("begin");
      const texts = ["-- a comment", "select 7", "", "select 8"];
      const { results } = await sendTogether(
        client,
        texts.map((text) => ({ text })),
      );
      expect(results.map(({ rows }) => rows)).toEqual([[], [["7"]], [], [["8"]]]);
    } finally {
      await client.end();
    }
  });

  it("commits each of the transactions that it is given at once, but for those that fail", async () => {
    const { database } = await openTestDatabase(server);
    await database.query(
      "create table kept (id integer primary key deferrable initially deferred, xid xid8 default pg_current_xact_id())",
    );
    const text = "insert into public.kept select unnest($1::text[])::integer returning id";
    // a list of one dimension without nulls: how many texts, the number of the first, and each with its length
    const list = Buffer.from("00000001000000000000001900000001000000010000000137", "hex");
    const ended = await database.session(async (session) => {
      const all = [list, "{1,2}", "{3,x}", "{1}", "{4}"].map((value) => [
        { text, values: [value] },
        { text: "select count(*) from public.kept", values: [] },
      ]);
      const first = await session.transactions(all);
      expect(await session.transactions([])).toEqual([]);
      // the connection goes on as before
      expect((await session.query("select count(*), count(distinct xid) from kept")).rows).toEqual([
        ["4", "3"],
      ]);
      return first;
    });
    expect(ended.map(({ results }) => results.map(({ rows }) => rows.flat()))).toEqual([
      [["7"], ["1"]],
      [["1", "2"], ["3"]],
      [],
      [["1"], ["4"]],
      [["4"], ["4"]],
    ]);
    expect(ended.map(({ failure }) => failure?.error)).toEqual([
      undefined,
      undefined,
      expect.objectContaining({ sqlstate: "22P02", statement: text }),
      expect.objectContaining({ sqlstate: "23505", statement: "commit" }),
      undefined,
    ]);
  });

  it("gives the runner the same text whatever the database prefers, and an author what psql gives", async () => {
    const { database, url } = await openTestDatabase(server);
    const name = new URL(url.replace("@/", "@host/")).pathname.slice(1);
    for (const preference of [
      "datestyle = 'German'",
      "timezone = 'Asia/Kolkata'",
      "intervalstyle = 'iso_8601'",
      "extra_float_digits = -5",
      "bytea_output = 'escape'",
      "search_path = 'nowhere'",
      "standard_conforming_strings = off",
    ]) {
      await database.query(`alter database ${name} set ${preference}`);
    }
    await database.close();
    const reopened = await openUrl(url);
    const query = `
      select
        date '2026-01-02', timestamptz '2026-01-02 00:00Z', interval '1 hour', pi(),
        E'\\\\xff'::bytea, current_setting('search_path'), 'a\\\\b'`;
    await reopened.session(async ({ own }) => {
      expect((await own.query(query)).rows).toEqual([
        [
          ...["2026-01-02", "2026-01-02 00:00:00+00", "01:00:00", "3.141592653589793", "\\xff"],
          ...["pg_catalog, pg_temp", "a\\\\b"],
        ],
      ]);
      expect((await own.authored(query)).rows).toEqual([
        [
          "02.01.2026",
          "02.01.2026 05:30:00 IST",
          "PT1H",
          "3.141592654",
          "\\377",
          "nowhere",
          "a\\b",
        ],
      ]);
    });
  });

  it("names columns and counts rows, and returns the last of several statements", async () => {
    const { database } = await openTestDatabase(server);
    expect(await database.query("create table t (id int)")).toEqual({
      columns: [],
      rows: [],
      rowCount: null,
      command: "CREATE",
    });
    expect(await database.query("insert into t values (1), (2)")).toMatchObject({
      rowCount: 2,
      command: "INSERT",
    });
    expect(await database.query("select 1; select id as a, id as a from t order by 1")).toEqual({
      columns: [
        { name: "a", typeOid: 23, typeModifier: -1 },
        { name: "a", typeOid: 23, typeModifier: -1 },
      ],
      rows: [
        ["1", "1"],
        ["2", "2"],
      ],
      rowCount: 2,
      command: "SELECT",
      leftOut: 1,
    });
    expect(await database.query("")).toMatchObject({ rows: [], rowCount: null, command: "" });
  });

  it("passes parameters of every kind", async () => {
    const { database } = await openTestDatabase(server);
    const values = ["it's", 1.5, true, null];
    const { rows } = await database.query(
      "select $1::text, $2::numeric, $3::bool, $4::int",
      values,
    );
    expect(rows).toEqual([["it's", "1.5", "t", null]]);
  });

  it("refuses a second statement next to parameters", async () => {
    const { database } = await openTestDatabase(server);
    const smuggled = database.query("select $1::int; select 2", [1]);
    await expect(smuggled).rejects.toMatchObject({ error: { sqlstate: "42601" } });
  });

  it("has the settings that keep time, names and locks in order", async () => {
    const { database } = await openTestDatabase(server, { applicationName: "dataform test-run" });
    const { rows } = await database.query(`
      select name, setting from pg_settings where name in (
        'TimeZone', 'search_path', 'client_min_messages', 'statement_timeout', 'lock_timeout',
        'idle_in_transaction_session_timeout', 'client_connection_check_interval',
        'application_name')`);
    expect(Object.fromEntries(rows)).toEqual({
      TimeZone: "UTC",
      search_path: "public, pg_temp",
      client_min_messages: "warning",
      statement_timeout: "0",
      lock_timeout: "10000",
      idle_in_transaction_session_timeout: "300000",
      client_connection_check_interval: "100",
      application_name: "dataform test-run",
    });
  });

  it("leaves nothing behind for the next one on the same connection", async () => {
    const { database } = await openTestDatabase(server, { maxConnections: 0 });
    const first = await database.session(async (session) => {
      await session.query("set search_path = elsewhere, public; set statement_timeout = '5min'");
      await session.query("create temp table leftover (id int)");
      await session.query("select pg_advisory_lock(7)");
      await session.query("begin");
      await session.query("create table unfinished (id int)");
      return session.processId;
    });
    await database.session(async (session) => {
      expect(session.processId).toBe(first);
      expect((await session.query("show search_path")).rows).toEqual([["public, pg_temp"]]);
      expect((await session.query("show statement_timeout")).rows).toEqual([["0"]]);
      const relations = "select to_regclass('pg_temp.leftover'), to_regclass('unfinished')";
      expect((await session.query(relations)).rows).toEqual([[null, null]]);
      const locks = `select count(*) from pg_locks where locktype = 'advisory' and objid = 7 and ${inThisDatabase}`;
      expect((await session.query(locks)).rows).toEqual([["0"]]);
    });
  });

  it("waits for a free connection for as long as it takes", async () => {
    const { database } = await openTestDatabase(server, { maxConnections: 0 });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order: string[] = [];
    const first = database.session(async () => {
      await held;
      order.push("first");
    });
    const second = database.session(async () => void order.push("second"));
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
  });
});

describe.each(serversByVersion())("an SQL error on $name", (server) => {
  it("carries the statement, the place, the detail and the hint", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int primary key, amount int not null)");
    const statement = "select '🦘🦘', nosuch from t";
    await expect(database.query(statement)).rejects.toMatchObject({
      name: "SqlFailure",
      error: {
        message: 'column "nosuch" does not exist',
        sqlstate: "42703",
        statement,
        // In code points: each of the two animals is two UTF-16 units.
        position: statement.indexOf("nosuch") + 1 - 2,
      },
    });
    await expect(database.query("insert into t values (1, 1), (1, 2)")).rejects.toMatchObject({
      error: { sqlstate: "23505", constraint: "t_pkey on public.t", detail: /\(id\)=\(1\)/ },
    });
    await expect(database.query("insert into t values (1, null)")).rejects.toMatchObject({
      error: { sqlstate: "23502", constraint: "column amount of public.t" },
    });
    await expect(database.query("select lower(1)")).rejects.toMatchObject({
      error: { hint: /argument types/ },
    });
  });

  it("names the place inside a function", async () => {
    const { database } = await openTestDatabase(server);
    await database.query(
      "create function f() returns void language plpgsql as $$ begin perform 1 / 0; end $$",
    );
    await expect(database.query("select f()")).rejects.toMatchObject({
      error: { sqlstate: "22012", where: expect.stringContaining("function f() line 1") },
    });
  });
});

describe.each(serversByVersion())("a transaction on $name", (server) => {
  it("commits what its function did, and rolls back when the function throws", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int)");
    await database.transaction((session) => session.query("insert into t values (1)"));
    const failing = database.transaction(async (session) => {
      await session.query("insert into t values (2)");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect((await database.query("select id from t")).rows).toEqual([["1"]]);
  });

  it("has released its locks when it rejects", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int)");
    const failing = database.transaction(async (session) => {
      await session.query("lock table t");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await database.transaction((session) => session.query("lock table t nowait"));
  });

  it("fails when a statement in it failed, even if the function goes on", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int)");
    const swallowing = database.transaction(async (session) => {
      await session.query("insert into t values (1)");
      await session.query("select 1 / 0").catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow("was rolled back");
    expect((await database.query("select count(*) from t")).rows).toEqual([["0"]]);
  });

  it("reports an error that comes with the commit", async () => {
    const { database } = await openTestDatabase(server);
    await database.query("create table t (id int unique deferrable initially deferred)");
    const twice = database.transaction((session) => session.query("insert into t values (1), (1)"));
    await expect(twice).rejects.toMatchObject({ error: { sqlstate: "23505" } });
  });
});
