import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { formatPlan } from "../../../runner/report/plan/format-plan.ts";
import { forbidCascades } from "../../support/forbid-cascades.ts";
import { planProject, runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, databasesAreGone, serversByVersion } from "../../support/test-database.ts";
import { inThisDatabase, until } from "../../support/watch-server.ts";

describe.each(serversByVersion())("a postgres block on $name", (server) => {
  let database: Database;

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
    await database.query("create table public.source (id int, part text, value int, doc jsonb)");
    await database.query("insert into public.source values (1, 'a', 10, '{}'), (2, 'b', 20, '{}')");
    const requireNoCascade = await forbidCascades(database);
    return async () => {
      await requireNoCascade();
      await database.close();
      await drop();
    };
  });

  const rows = async (sql: string) => (await database.query(sql)).rows;
  const column = async (sql: string) => (await rows(sql)).map(([value]) => value);

  /** An incremental table over public.source whose postgres block can be changed between runs. */
  function facts(type = "incremental", select = "*") {
    const text = (block: string) =>
      `config { type: "${type}"${block && `, postgres: { ${block} }`} }
      select ${select} from public.source \${when(incremental(), "where false")}`;
    const project = temporaryProject({ "facts.sqlx": text("") });
    const run = async (block: string, wanted = "successful") => {
      project.write("facts.sqlx", text(block));
      const { actions } = await runProject({ projectDir: project.folder, database });
      const tasks = actions[0]?.tasks ?? [];
      expect(actions[0]?.status, JSON.stringify(tasks)).toBe(wanted);
      return tasks.find(({ type: kind }) => kind === "reconcile");
    };
    return { project, run };
  }

  const indexes = () =>
    column("select indexdef from pg_indexes where tablename = 'facts' order by indexdef");
  const file = () => rows("select oid, relfilenode from pg_class where relname = 'facts'");
  const constraints = () =>
    rows(`select conname, pg_get_constraintdef(oid), convalidated from pg_constraint
      where conrelid = 'shop.facts'::regclass and contype <> 'n' order by 2`);
  /** The version of every row of the catalogue that a statement could have written. */
  const catalogue = () =>
    rows(`select 'class', oid, xmin from pg_class where relname like '%facts%' or relname like 'dfpg%'
      or relname = 'by_value'
      union all select 'constraint', oid, xmin from pg_constraint where conrelid = 'shop.facts'::regclass
      union all select 'attribute', attnum, xmin from pg_attribute where attrelid = 'shop.facts'::regclass
      union all select 'index', indexrelid, xmin from pg_index where indrelid = 'shop.facts'::regclass
      union all select 'comment', objoid, xmin from pg_description where classoid in ('pg_class'::regclass, 'pg_constraint'::regclass)
      order by 1, 2`);

  const everything = `
    indexes: [
      { columns: ["part", "value desc nulls last"], include: ["id"] },
      { name: "by_value", columns: ["value"], unique: true, where: "value > 0", with: { fillfactor: 70 } },
      { expression: "lower(part)" },
      { columns: ["doc"], method: "gin" },
    ],
    primaryKey: ["id"],
    checks: { positive: "value > 0" },
    fillfactor: 80,
    statistics: { part: 500 },
  `;

  it("makes every declared object on a new table", async () => {
    const { run } = facts();
    const task = await run(everything);
    expect(task?.status).toBe("successful");
    const found = (await indexes()).join("\n");
    expect(found).toContain("(part, value DESC NULLS LAST) INCLUDE (id)");
    expect(found).toMatch(
      /UNIQUE INDEX by_value .*\(value\) WITH \(fillfactor='70'\) WHERE \(value > 0\)/,
    );
    expect(found).toContain("(lower(part))");
    expect(found).toContain("USING gin (doc)");
    expect((await constraints()).map(([, definition]) => definition)).toEqual([
      "CHECK ((value > 0))",
      "PRIMARY KEY (id)",
    ]);
    expect(await rows("select reloptions from pg_class where relname = 'facts'")).toEqual([
      ["{fillfactor=80}"],
    ]);
    expect(
      await column(
        "select attstattarget from pg_attribute where attname = 'part' and attrelid = 'shop.facts'::regclass",
      ),
    ).toEqual(["500"]);
  });

  it("adds all of it to a table with rows without writing the table anew, and nothing the second time", async () => {
    const { run } = facts();
    await run("");
    const before = await file();
    const added = await run(everything);
    expect(added?.changes).toHaveLength(8);
    expect(await file()).toEqual(before);
    expect(await column("select count(*) from pg_index where not indisvalid")).toEqual(["0"]);
    const first = await catalogue();
    expect((await run(everything))?.changes).toEqual([]);
    expect(await catalogue()).toEqual(first);
  });

  it("drops what is declared otherwise or no longer, also when the whole block is gone", async () => {
    const { run } = facts();
    await run(everything);
    const before = await file();
    await run(`indexes: [{ name: "by_value", columns: ["value", "id"] }], checks: ["value >= 0"]`);
    expect((await indexes()).join("\n")).toMatch(/^CREATE INDEX by_value .*\(value, id\)$/);
    expect((await constraints()).map(([, definition]) => definition)).toEqual([
      "CHECK ((value >= 0))",
    ]);
    expect(
      await rows(`select attname from pg_attribute
        where attrelid = 'shop.facts'::regclass and attnum > 0 and attnotnull`),
    ).toEqual([]);
    await run("");
    expect(await indexes()).toEqual([]);
    expect(await constraints()).toEqual([]);
    expect(await rows("select reloptions from pg_class where relname = 'facts'")).toEqual([[null]]);
    expect(await file()).toEqual(before);
    expect(await column("select count(*) from dataform_postgres.applied_settings")).toEqual(["0"]);
  });

  it("leaves indexes, constraints and grants alone that somebody made by hand", async () => {
    const { run } = facts();
    const role = await createRole();
    await run(`indexes: [{ columns: ["id"] }]`);
    await database.query(`
      create index by_hand on shop.facts (part);
      alter table shop.facts add constraint by_hand_check check (id > 0);
      grant insert on shop.facts to ${role}`);
    const found = () => rows("select oid, xmin from pg_class where relname = 'by_hand'");
    const before = await found();
    await run(
      `indexes: [{ columns: ["value"] }], grants: { select: "${role}", insert: "${role}" }`,
    );
    await run("");
    expect(await found()).toEqual(before);
    expect((await constraints()).map(([name]) => name)).toEqual(["by_hand_check"]);
    expect(await granted(role)).toEqual(["INSERT"]);
  });

  it("refuses a name that somebody else's index has, and keeps that index", async () => {
    const { run } = facts();
    await run("");
    await database.query("create index taken on shop.facts (part)");
    const task = await run(`indexes: [{ name: "taken", columns: ["id"] }]`, "failed");
    expect(task?.error?.message).toContain('"taken" already exists');
    expect(await indexes()).toEqual(["CREATE INDEX taken ON shop.facts USING btree (part)"]);
  });

  it("repairs what an interrupted concurrent build left behind", async () => {
    const { run } = facts();
    const block = `indexes: [{ columns: ["value"], unique: true }]`;
    await run(block);
    const [name] = await column("select indexname from pg_indexes where tablename = 'facts'");
    await database.query(
      `drop index shop.${name}; insert into shop.facts select * from shop.facts`,
    );
    const build = `create unique index concurrently ${name} on shop.facts (value)`;
    await expect(database.query(build)).rejects.toThrow("could not create unique index");
    await database.query(
      "delete from shop.facts as a using shop.facts as b where a.ctid > b.ctid and a.id = b.id",
    );
    const valid = () =>
      rows(`select relname, indisvalid from pg_index join pg_class on pg_class.oid = indexrelid
        where indrelid = 'shop.facts'::regclass`);
    expect(await valid()).toEqual([[name, "f"]]);
    expect((await run(block))?.changes).toHaveLength(2);
    expect(await valid()).toEqual([[name, "t"]]);
  });

  it("goes on after a run that was killed between building an index and naming it", async () => {
    const { run } = facts();
    await run("");
    const block = `indexes: [{ name: "by_value", columns: ["value"] }]`;
    await run(block);
    const comment = await column("select obj_description('shop.by_value'::regclass)");
    const oid = await column("select 'shop.by_value'::regclass::oid");
    await database.query(`
      comment on index shop.by_value is null;
      alter index shop.by_value rename to dfpg_${comment[0]?.split(" ")[1]}_facts_value`);
    await run(block);
    expect(await column("select 'shop.by_value'::regclass::oid")).toEqual(oid);
    expect(await column("select obj_description('shop.by_value'::regclass)")).toEqual(comment);
  });

  it("keeps the objects of a partitioned table as declared, on all of its partitions", async () => {
    const text = (block: string) =>
      `config { type: "incremental", postgres: { partitionBy: { column: "id", range: 1 }, ${block} } }
      select * from public.source \${when(incremental(), "where false")}`;
    const project = temporaryProject({});
    const run = async (block: string) => {
      project.write("facts.sqlx", text(block));
      const { actions } = await runProject({ projectDir: project.folder, database });
      expect(actions[0]?.status, JSON.stringify(actions[0]?.tasks)).toBe("successful");
      return actions[0]?.tasks.find(({ type }) => type === "reconcile")?.changes;
    };
    const block = `indexes: [{ columns: "part" }], primaryKey: "id", checks: ["id > 0"], fillfactor: 60`;
    await run("");
    const partitions = () =>
      rows(
        "select oid, relfilenode from pg_class where relkind = 'r' and relispartition order by oid",
      );
    const before = await partitions();
    expect(before.length).toBeGreaterThan(1);
    expect(await run(block)).toHaveLength(4);
    expect(await run(block)).toEqual([]);
    expect(
      await column(
        "select distinct reloptions from pg_class where relkind = 'r' and relispartition",
      ),
    ).toEqual(["{fillfactor=60}"]);
    expect(await run(`indexes: [{ columns: "value" }]`)).toHaveLength(5);
    expect(await column("select count(*) from pg_indexes where schemaname = 'shop'")).toEqual([
      String(before.length + 1),
    ]);
    expect(await partitions()).toEqual(before);
  });

  it("gives a materialized view its indexes, so that it is refreshed while others read it", async () => {
    const project = temporaryProject({
      "seen.sqlx": `config { type: "view", materialized: true, postgres: { indexes: [{ columns: "id", unique: true }] } }
        select id from public.source`,
    });
    for (const changes of [1, 0]) {
      const { actions } = await runProject({ projectDir: project.folder, database });
      expect(actions[0]?.status, JSON.stringify(actions[0]?.tasks)).toBe("successful");
      const task = actions[0]?.tasks.find(({ type }) => type === "reconcile");
      expect(task?.changes).toHaveLength(changes);
    }
    const plan = await planProject({ projectDir: project.folder, database });
    expect(plan.actions[0]?.tasks[0]).toMatchObject({ refresh: "concurrent" });
  });

  it("leaves no invalid index behind when the rows are not unique, and says which key is double", async () => {
    const { run } = facts();
    await run("");
    await database.query("insert into shop.facts select * from shop.facts");
    const task = await run(`indexes: [{ columns: ["id"], unique: true }]`, "failed");
    expect(task?.error?.detail).toMatch(/Key \(id\)=\(\d\) is duplicated/);
    expect(await indexes()).toEqual([]);
    await run(`primaryKey: ["id"]`, "failed");
    await run(`checks: ["id > 1"]`, "failed");
    expect(await constraints()).toEqual([]);
    expect(await indexes()).toEqual([]);
  });

  it("adds a primary key to columns that may be NULL, and refuses it when they are", async () => {
    const { run } = facts();
    await run("");
    await database.query("insert into shop.facts values (null, 'c', 3)");
    const task = await run(`primaryKey: ["id"]`, "failed");
    expect(task?.error?.message).toContain("violated by some row");
    expect(await constraints()).toEqual([]);
    expect(await indexes()).toEqual([]);
    await database.query("delete from shop.facts where id is null");
    await run(`primaryKey: ["id"]`);
    expect((await constraints()).map(([, definition]) => definition)).toEqual(["PRIMARY KEY (id)"]);
  });

  it("drops a unique index that is declared no longer before rows come that it would refuse", async () => {
    const project = temporaryProject({});
    const write = (block: string) =>
      project.write(
        "facts.sqlx",
        `config { type: "table", postgres: { ${block} } }\nselect id, part from public.source`,
      );
    const run = async () => (await runProject({ projectDir: project.folder, database })).status;
    write(`indexes: [{ columns: ["id"], unique: true }]`);
    expect(await run()).toBe("successful");
    await database.query("insert into public.source values (1, 'c', 3)");
    expect(await run()).toBe("failed");
    write(`indexes: [{ columns: ["id"] }]`);
    expect(await run()).toBe("successful");
  });

  it.each([
    'type: "table", postgres: { replace: "swap"',
    'type: "view", materialized: true, postgres: { replace: "swap"',
  ])("makes a new index of a swapped relation while readers see its new rows: %s", async (head) => {
    await database.query(`create function public.slowly(int) returns int immutable language plpgsql
      as $$ begin perform pg_advisory_xact_lock_shared(7); return $1; end $$`);
    const text = (more: string) => `config { ${head}${more} } }\nselect id from public.source`;
    const project = temporaryProject({ "made.sqlx": text("") });
    const run = () => runProject({ projectDir: project.folder, database });
    await run();
    await database.query("insert into public.source values (3)");
    project.write("made.sqlx", text(', indexes: [{ columns: ["public.slowly(id)"] }]'));
    await database.session(async (other) => {
      await other.query("select pg_advisory_lock(7)");
      const running = run();
      const waiting = "select pid from pg_locks where locktype = 'advisory' and not granted";
      await until(() => column(`${waiting} and objid = 7 and ${inThisDatabase}`));
      await other.query("set lock_timeout = '60s'");
      expect((await other.query("select count(*) from shop.made")).rows).toEqual([["3"]]);
      await other.query("select pg_advisory_unlock(7)");
      expect((await running).status).toBe("successful");
    });
    expect(await column("select indexdef from pg_indexes where tablename = 'made'")).toEqual([
      expect.stringContaining("slowly(id)"),
    ]);
  });

  it("has the same objects after a table was made anew with other columns", async () => {
    const declared = `indexes: [{ columns: ["id"] }], primaryKey: ["id"], fillfactor: 70`;
    const { project, run } = facts("table", "id, part");
    await run(declared);
    const before = await indexes();
    const oid = await column("select 'shop.facts'::regclass::oid");
    project.write(
      "facts.sqlx",
      `config { type: "table", postgres: { ${declared} } }\nselect id, value from public.source`,
    );
    const { status } = await runProject({ projectDir: project.folder, database });
    expect(status).toBe("successful");
    expect(await column("select 'shop.facts'::regclass::oid")).not.toEqual(oid);
    expect(await indexes()).toEqual(before);
    expect(await rows("select reloptions from pg_class where relname = 'facts'")).toEqual([
      ["{fillfactor=70}"],
    ]);
  });

  it("grants what is declared and revokes what is declared no longer", async () => {
    const { run } = facts();
    const role = await createRole();
    await run(`grants: { select: ["${role}", "public"], insert: "${role}" }`);
    expect(await granted(role)).toEqual(["INSERT", "SELECT"]);
    expect(await granted("PUBLIC")).toEqual(["SELECT"]);
    const before = await catalogue();
    expect(
      (await run(`grants: { select: ["${role}", "public"], insert: "${role}" }`))?.changes,
    ).toEqual([]);
    expect(await catalogue()).toEqual(before);
    expect((await run(`grants: { select: "${role}" }`))?.changes).toEqual([
      `insert to ${role} revoked`,
      "select to public revoked",
    ]);
    expect(await granted(role)).toEqual(["SELECT"]);
    expect(await granted("PUBLIC")).toEqual([]);
  });

  it("grants on views, assertions and the output of operations", async () => {
    const role = await createRole();
    const block = `postgres: { grants: { select: "${role}" } }`;
    const project = temporaryProject({
      "seen.sqlx": `config { type: "view", ${block} }\nselect 1 as a`,
      "checked.sqlx": `config { type: "assertion", ${block} }\nselect 1 as a where false`,
      "made.sqlx": `config { type: "operations", hasOutput: true, postgres: { grants: { select: "${role}" }, indexes: [{ columns: "a" }] } }
        drop table if exists \${self()}; create table \${self()} as select 1 as a`,
    });
    for (const _ of [1, 2]) {
      const { status, actions } = await runProject({ projectDir: project.folder, database });
      expect(status, JSON.stringify(actions)).toBe("successful");
    }
    expect(
      await column(
        `select table_name from information_schema.table_privileges where grantee = '${role}' order by 1`,
      ),
    ).toEqual(["checked", "made", "seen"]);
    expect(await column("select count(*) from pg_indexes where tablename = 'made'")).toEqual(["1"]);
  });

  it("sets and takes back what is stored how, and where", async () => {
    const { run } = facts();
    await run("");
    const persistence = () => column("select relpersistence from pg_class where relname = 'facts'");
    await run("unlogged: true");
    expect(await persistence()).toEqual(["u"]);
    const before = await catalogue();
    await run("unlogged: true");
    expect(await catalogue()).toEqual(before);
    await run("");
    expect(await persistence()).toEqual(["p"]);
    expect((await run(`tablespace: "pg_default"`))?.changes).toEqual([]);
  });

  describe("with foreign keys", () => {
    function shop(
      dim = "id, part",
      keys = `foreignKeys: [{ columns: "id", references: "dim", onDelete: "cascade" }]`,
    ) {
      const project = temporaryProject({
        "dim.sqlx": `config { type: "table", postgres: { primaryKey: "id" } }\nselect ${dim} from public.source`,
        "facts.sqlx": `config { type: "incremental", postgres: { ${keys} } }\nselect id, value from public.source \${when(incremental(), "where false")}`,
      });
      const run = async () => {
        const { status, actions } = await runProject({ projectDir: project.folder, database });
        expect(status, JSON.stringify(actions.map(({ tasks }) => tasks))).toBe("successful");
        return actions;
      };
      return { project, run };
    }

    it("makes the referenced table first, and replaces its rows without touching those that refer to them", async () => {
      const { run } = shop();
      expect((await run()).map(({ target }) => target.name)).toEqual(["dim", "facts"]);
      expect((await constraints()).map(([, definition]) => definition)).toEqual([
        "FOREIGN KEY (id) REFERENCES shop.dim(id) ON DELETE CASCADE",
      ]);
      const kept = await rows("select xmin, * from shop.facts");
      await database.query("update public.source set part = 'z' where id = 1");
      await run();
      expect(await rows("select xmin, * from shop.facts")).toEqual(kept);
      expect(await column("select part from shop.dim order by id")).toEqual(["z", "b"]);
      await database.query("delete from public.source where id = 2");
      await run();
      expect(await column("select id from shop.facts")).toEqual(["1"]);
    });

    it("puts the key back when the referenced table is made anew", async () => {
      const { project, run } = shop();
      await run();
      const before = await constraints();
      project.write(
        "dim.sqlx",
        `config { type: "table", postgres: { primaryKey: "id" } }\nselect id, part, value from public.source`,
      );
      await run();
      expect(await constraints()).toEqual(before);
      expect(await column("select count(value) from shop.dim")).toEqual(["2"]);
    });
  });

  it("reconciles many tables at once that refer to the same ones, again and again", async () => {
    const role = await createRole();
    const dims = ["d1", "d2"].map((name) => [
      `${name}.sqlx`,
      `config { type: "table", postgres: { primaryKey: "id", grants: { select: "${role}" } } }\nselect id, part from public.source`,
    ]);
    const text = (index: number, round: number) =>
      `config { type: "incremental", postgres: {
        foreignKeys: [${index % 2 ? "" : '{ columns: "id", references: "d2" }, '}{ columns: "id", references: "d1" }${index % 2 ? ', { columns: "id", references: "d2" }' : ""}],
        indexes: [{ expression: "value + ${round}" }, { columns: "value", where: "id > ${round}" }],
        checks: ["id > -${round}"],
        grants: { ${round % 2 ? "select" : "insert"}: "${role}" },
      } }
      select id, value from public.source \${when(incremental(), "where false")}`;
    const names = Array.from({ length: 12 }, (_, index) => index);
    const project = temporaryProject(Object.fromEntries(dims));
    for (const round of [1, 2, 3]) {
      for (const index of names) project.write(`f${index}.sqlx`, text(index, round));
      const result = await runProject({ projectDir: project.folder, database, threads: 6 });
      expect(
        result.actions.flatMap(({ tasks }) => tasks.flatMap(({ error }) => error ?? [])),
      ).toEqual([]);
    }
    expect(
      await column(
        "select count(*) from pg_indexes where schemaname = 'shop' and tablename like 'f%'",
      ),
    ).toEqual(["24"]);
  });

  it("grants for several runs at once that are the first in their database", async () => {
    const role = await createRole();
    const project = temporaryProject({
      "facts.sqlx": `config { type: "table", postgres: { grants: { select: "${role}" } } }\nselect 1 as a`,
    });
    const schemas = ["one", "two", "three", "four"];
    const results = await Promise.all(
      schemas.map((defaultSchema) =>
        runProject({ projectDir: project.folder, database, overrides: { defaultSchema } }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(schemas.map(() => "successful"));
    expect(await granted(role)).toHaveLength(4);
  });

  it("waits for older transactions and for readers, and keeps nobody from reading meanwhile", async () => {
    const { run } = facts();
    await run("");
    await database.session(async (reader) => {
      await reader.query("begin isolation level repeatable read; select * from shop.facts");
      const running = run(`indexes: [{ columns: "id" }]`);
      await until(() => column(active("create index concurrently")));
      expect(await column("select count(*) from shop.facts")).toEqual(["2"]);
      await reader.query("commit");
      await running;
      await reader.query("begin; select * from shop.facts");
      const checking = run(`indexes: [{ columns: "id" }], checks: ["id > 0"]`);
      await until(() => column(active("alter table")));
      expect(await column("select count(*) from shop.facts")).toEqual(["2"]);
      await reader.query("commit");
      await checking;
    });
    expect(await indexes()).toHaveLength(1);
    expect(await constraints()).toHaveLength(1);
  });

  it("shows the declared objects in the plan, and in a dry run what would change", async () => {
    const { project, run } = facts();
    const dryRun = async () => {
      const options = { projectDir: project.folder, database };
      return (await validateProject(options)).findings.actions[0]?.notes;
    };
    await run(everything);
    const plan = formatPlan(await planProject({ projectDir: project.folder, database }));
    expect(plan).toContain(
      'unique index by_value ("value") with (fillfactor = 70) where (value > 0 )',
    );
    expect(plan).toContain("check (value > 0 )");
    expect(plan).toContain("fillfactor 80");
    expect(await dryRun()).toBeUndefined();
    const before = await catalogue();
    project.write(
      "facts.sqlx",
      'config { type: "incremental", postgres: { indexes: [{ name: "by_value", columns: "id" }] } }\nselect * from public.source',
    );
    expect(await dryRun()).toEqual(
      expect.arrayContaining([
        "fillfactor would be set to its default",
        'constraint "positive" would be dropped',
        'index "by_value" would be dropped',
        'index "by_value" would be created',
      ]),
    );
    expect(await catalogue()).toEqual(before);
  });

  it("says what is wrong when an operation makes nothing that could carry its settings", async () => {
    const operation = (queries: string) =>
      temporaryProject({
        "made.sqlx": `config { type: "operations", hasOutput: true, postgres: { indexes: [{ columns: "a" }] } }\n${queries}`,
      });
    const errorOf = async (queries: string) => {
      const { actions } = await runProject({ projectDir: operation(queries).folder, database });
      expect(actions[0]?.status).toBe("failed");
      return actions[0]?.tasks.find(({ type }) => type === "reconcile")?.error?.message;
    };
    expect(await errorOf("select 1")).toContain("the action made no shop.made");
    expect(await errorOf(`create view \${self()} as select 1 as a`)).toContain(
      "shop.made is a view",
    );
  });

  it("brings the output of an operation to what is declared that cannot run in a transaction", async () => {
    const project = temporaryProject({
      "made.sqlx": `config { type: "operations", hasOutput: true, postgres: { indexes: [{ columns: "a" }] } }
        create table if not exists \${self()} (a int) --
        ---
        vacuum \${self()}`,
    });
    const { status, actions } = await runProject({ projectDir: project.folder, database });
    expect(status, JSON.stringify(actions)).toBe("successful");
    expect(await column("select count(*) from pg_indexes where tablename = 'made'")).toEqual(["1"]);
  });

  async function createRole(): Promise<string> {
    const role = `reader_${Math.random().toString(36).slice(2, 10)}`;
    await database.query(`create role ${role}`);
    const { url } = { url: server.url };
    onTestFinished(async () => {
      await databasesAreGone(server);
      const admin = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
      await admin.query(`drop role if exists ${role}`).catch(() => undefined);
      await admin.close();
    });
    return role;
  }

  function active(beginning: string): string {
    return `select pid from pg_stat_activity where datname = current_database()
      and query like '${beginning}%' and state = 'active' and wait_event_type = 'Lock'`;
  }

  function granted(role: string) {
    return column(`select privilege_type from information_schema.table_privileges
      where table_name = 'facts' and grantee = '${role}' order by 1`);
  }
});
