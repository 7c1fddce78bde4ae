import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFaultProxy } from "../../support/fault-proxy.ts";
import { openUrl } from "../../support/opened-database.ts";
import { resultOf, runInDatabase } from "../../support/run-in-database.ts";
import { runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const changed = { changed: true };
const table = (query: string) => `config { type: "table" }\n${query}`;

describe.each(anyServer())("a run of what changed, on $name,", (server) => {
  it.each([
    {
      what: "a table",
      objects: (schema: string, value: number) =>
        `create schema ${schema}; create table ${schema}.words as select ${value} as value`,
      query: "select value from raw.words",
    },
    {
      what: "a function",
      objects: (schema: string, value: number) =>
        `create schema ${schema};
        create function ${schema}.value() returns int immutable language sql as 'select ${value}'`,
      query: "select raw.value() as value",
    },
  ])("sees that another schema has got the name of that of $what", async ({ objects, query }) => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`${objects("raw", 1)}; ${objects("raw_next", 2)}`);
    const project = temporaryProject({ "t.sqlx": table(query) });
    await run(project, changed);
    expect(resultOf(await run(project, changed), "t")?.unchangedSince).toBeDefined();
    await database.query(
      "alter schema raw rename to raw_before; alter schema raw_next rename to raw",
    );
    await run(project, changed);
    expect(await rows("select value from shop.t")).toEqual([["2"]]);
    expect(resultOf(await run(project, changed), "t")?.unchangedSince).toBeDefined();
  });

  it.each([
    { what: "a table", objects: "table value as select", query: "select value from value" },
    {
      what: "a function",
      objects: "function value() returns int immutable language sql return",
      query: "select value() as value",
    },
  ])("sees that its role may use another schema with $what of that name", async (found) => {
    const { database, url, rows } = await runInDatabase(server);
    const name = new URL(url.replace("@/", "@x/")).pathname.slice(1);
    const role = `uses_${name.slice(-16)}`;
    const made = (schema: string, value: number) => `create schema ${schema};
      set local search_path = ${schema};
      create ${found.objects} ${value}${found.what === "a table" ? " as value" : ""};
      grant select on all tables in schema ${schema} to ${role};`;
    await database.query(`begin; create role ${role} login;
      grant create on database ${name} to ${role};
      ${made("before", 1)} ${made("behind", 2)}
      grant usage on schema behind to ${role};
      alter role ${role} set search_path = before, behind; commit`);
    whenTestEnds(async () => {
      await database.query(`drop owned by ${role} cascade; drop role ${role}`);
    });
    const { folder: projectDir } = temporaryProject({
      "v.sqlx": `config { type: "view" }\n${found.query}`,
    });
    const limited = await openUrl(url.replace("postgres@", `${role}@`));
    const run = () => runProject({ projectDir, database: limited, runConfig: changed });
    await run();
    expect(resultOf(await run(), "v")?.unchangedSince).toBeDefined();
    expect(await rows("select value from shop.v")).toEqual([["2"]]);
    await database.query(`grant usage on schema before to ${role}`);
    await run();
    expect(await rows("select value from shop.v")).toEqual([["1"]]);
    expect(resultOf(await run(), "v")?.unchangedSince).toBeDefined();
  });

  it.each(["pg_collation_actual_version", "pg_database_collation_actual_version"])(
    "sees other data of collations by %s",
    async (asked) => {
      const { database, run } = await runInDatabase(server);
      const project = temporaryProject({ "t.sqlx": table("select 1 as id") });
      await run(project, changed);
      expect(resultOf(await run(project, changed), "t")?.unchangedSince).toBeDefined();
      // as after an upgrade of the operating system: nothing in the catalogue changes
      await database.query(`create or replace function pg_catalog.${asked}(oid) returns text
      volatile language sql as $$ select '1.2.3' $$`);
      const { graph } = await validateProject({
        ...{ projectDir: project.folder, database, runConfig: changed },
      });
      expect(graph.actions[0]?.change).toEqual({
        runs: true,
        reason: "the server sorts by other data of its collations",
      });
      await run(project, changed);
      expect(resultOf(await run(project, changed), "t")?.unchangedSince).toBeDefined();
    },
  );

  it("looks again at what reads a table that ran through a disabled view", async () => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query("create schema raw; create table raw.words as select 1 as id");
    const between = (more: string) => `config { type: "view"${more} }\nselect id from \${ref("a")}`;
    const project = temporaryProject({
      "a.sqlx": table("select id from raw.words"),
      "between.sqlx": between(""),
      "counted.sqlx": table(`select count(*) as n from \${ref("between")}`),
    });
    await run(project, changed);
    project.write("between.sqlx", between(", disabled: true"));
    const same = await run(project, changed);
    expect(resultOf(same, "between")?.status).toBe("disabled");
    expect(resultOf(same, "counted")?.unchangedSince).toBeDefined();
    const { findings } = await validateProject({
      ...{ projectDir: project.folder, database, runConfig: changed },
    });
    const counted = findings.actions.find(({ target }) => target.name === "counted");
    expect(counted?.notes?.[0]).toMatch(/^unchanged since [^;]*$/);
    await database.query("insert into raw.words values (2)");
    await run(project, changed);
    expect(await rows("select n from shop.counted")).toEqual([["2"]]);
  });

  it("goes on with an incremental table that takes a part of its source in each run", async () => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(
      "create schema raw; create table raw.words as select id from generate_series(1, 5) as id",
    );
    const project = temporaryProject({
      "parts.sqlx": `config { type: "incremental" }
        select id from raw.words
        \${when(incremental(), \`where id > (select max(id) from \${self()})\`)}
        order by id limit 2`,
    });
    const runs = async () => {
      const { unchangedSince } = resultOf(await run(project, changed), "parts") ?? {};
      const [[count] = []] = await rows("select count(*) from shop.parts");
      return { count, isUnchanged: unchangedSince !== undefined };
    };
    for (const count of ["2", "4", "5", "5"]) {
      expect(await runs()).toEqual({ count, isUnchanged: false });
    }
    expect(await runs()).toEqual({ count: "5", isUnchanged: true });
  });

  it("runs what cannot be compared when its turn comes, and goes on", async () => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    let looks = 0;
    const proxy = await startFaultProxy(url, ({ text, forward, cut }) => {
      if (text.includes("reads as materialized") && ++looks === 2) cut();
      else forward();
    });
    whenTestEnds(async () => proxy.close());
    const database = await openUrl(proxy.url);
    await database.query("create schema raw; create table raw.words as select 1 as id");
    const { folder: projectDir } = temporaryProject({
      "a.sqlx": table("select id from raw.words"),
      "b.sqlx": table(`select count(*) as n from \${ref("a")}`),
    });
    const run = () => runProject({ projectDir, database, runConfig: changed });
    await run();
    await database.query(
      "create table raw.kept as table raw.words; truncate raw.words; insert into raw.words table raw.kept",
    );
    looks = 0;
    const result = await run();
    expect(looks).toBeGreaterThan(1);
    expect(result.status).toBe("successful");
    expect(resultOf(result, "b")?.unchangedSince).toBeUndefined();
  });

  it("believes no counts after an empty statement, which may follow one that wrote rows", async () => {
    const { database, url, run } = await runInDatabase(server);
    await database.query("create schema raw; create table raw.words as select 1 as id");
    const project = temporaryProject({ "t.sqlx": table("select id from raw.words") });
    await run(project, changed);
    const isUnchanged = async () =>
      resultOf(await run(project, changed), "t")?.unchangedSince !== undefined;
    const other = new Client(url);
    await other.connect();
    onTestFinished(() => other.end());
    expect(await isUnchanged()).toBe(true);
    await other.query("");
    expect(await isUnchanged()).toBe(false);
  });

  it("makes an unchanged view again that does not fit the new columns of its table", async () => {
    const { run, rows } = await runInDatabase(server);
    const project = temporaryProject({
      "a.sqlx": table("select 1 as x, 2 as y"),
      "v.sqlx": `config { type: "view" }\nselect * from \${ref("a")}`,
    });
    await run(project, changed);
    project.write("a.sqlx", table("select 3 as y"));
    const result = await run(project, changed);
    expect(result.status).toBe("successful");
    expect(resultOf(result, "v")?.unchangedSince).toBeUndefined();
    expect(await rows("table shop.v")).toEqual([["3"]]);
  });
});
