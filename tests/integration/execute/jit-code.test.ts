import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { formatPlan } from "../../../runner/report/plan/format-plan.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { planProject, runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

describe.each(anyServer())(
  "code that makes the SQL of an action during the run, on $name,",
  (server) => {
    let database: Database;

    beforeEach(async () => {
      ({ database } = await openTestDatabase(server));
      await database.query(
        "create table public.source (id int, part text, big bigint, ok bool); comment on table public.source is 'Given'",
      );
      await database.query(
        "insert into public.source values (1, 'a', 9007199254740993, true), (2, null, 2, false)",
      );
    });

    const rows = async (sql: string) => (await database.query(sql)).rows;

    const source = 'declare({ schema: "public", name: "source" });\n';
    const run = async (code: string, options: object = {}) => {
      const { folder } = temporaryProject({ "late.js": source + code });
      return runProject({ projectDir: folder, database, ...options });
    };
    const errorsOf = async (code: string, options: object = {}) =>
      (await run(code, options)).actions.map(({ tasks }) => tasks.at(-1)?.error?.message);

    it("makes tables, views, operations and assertions, each with references in PostgreSQL's quotes", async () => {
      const result = await run(`
      jitData("limit", 1);
      jitData("names", { first: ["x", null, true] });
      publish("early", { type: "table", dependencies: ["source"] })
        .jitCode(async (jctx) => {
          const limit = jctx.data.limit;
          const { first } = jctx.data.names;
          return \`select id, '\${first[0]}' as first, '\${jctx.self()}' as self from \${jctx.ref("public", "source")} as s limit \${limit}\`;
        });
      publish("seen", { type: "view", dependencies: ["early"] })
        .jitCode(async (jctx) => ({
          query: \`select \${jctx.when(jctx.incremental(), "1", "2")} as n from \${jctx.ref("early")} as e\`,
          preOps: ["create table public.before as select 1 as n"],
          postOps: ["create table public.after as select 1 as n"],
        }));
      operate("done").dependencies(["seen"]).jitCode(async (jctx) => [
        \`create table public.one as select * from \${jctx.resolve({ schema: "shop", name: "seen" })} as s\`,
        "insert into public.one values (3)",
      ]);
      assert("none").dependencies(["done"]).jitCode(async () => "select * from public.one where n = 4");
    `);
      expect(result.actions.map(({ status, tasks }) => tasks.at(-1)?.error ?? status)).toEqual(
        Array(4).fill("successful"),
      );
      expect(await rows("select * from shop.early")).toEqual([["1", "x", '"shop"."early"']]);
      expect(await rows("select n from public.one order by n")).toEqual([["2"], ["3"]]);
      expect(await rows("select before.n, after.n from public.before, public.after")).toEqual([
        ["1", "1"],
      ]);
    });

    it("names what it reads as the project does, whatever suffix and prefix the run has", async () => {
      const code = `
      publish("early", { type: "table" }).query("select 1 as n");
      publish("late", { type: "table", dependencies: ["early", "source"] }).jitCode(async (jctx) =>
        \`select n from \${jctx.ref("shop", "early")} as e where exists (select from \${jctx.ref("source")} as s)\`);`;
      const result = await run(code, { overrides: { schemaSuffix: "dev", tablePrefix: "pr7" } });
      expect(result.status).toBe("successful");
      expect(await rows("select n from shop_dev.pr7_late")).toEqual([["1"]]);
    });

    it("is asked twice for an incremental table, which is then appended to", async () => {
      const code = `publish("grown", { type: "incremental" }).jitCode(async (jctx) =>
      \`select '\${jctx.when(jctx.incremental(), "later", "first")}' as n\`)`;
      const { folder } = temporaryProject({ "late.js": code });
      await runProject({ projectDir: folder, database });
      await runProject({ projectDir: folder, database });
      expect(await rows("select n from shop.grown order by n")).toEqual([["first"], ["later"]]);
    });

    it("makes a table whose settings name other tables of the project", async () => {
      const result = await run(`
      publish("parents", { type: "table", postgres: { primaryKey: ["id"] } }).query("select 1 as id");
      publish("children", {
        type: "table",
        postgres: { foreignKeys: [{ columns: ["parent"], references: "parents" }] },
      }).dependencies("parents").jitCode(async () => "select 1 as parent")`);
      expect(result.status).toBe("successful");
      expect(
        await rows(
          "select confrelid::regclass from pg_constraint where conrelid = 'shop.children'::regclass",
        ),
      ).toEqual([["shop.parents"]]);
    });

    it("asks the database by its adapter", async () => {
      await database.query("create view public.seen as select id from public.source");
      const result = await run(`
      operate("look", { hasOutput: true }).jitCode(async ({ adapter, self }) => {
        const { rows, schemaFields } = await adapter.execute({ statement: "select * from public.source order by id" });
        const { tables } = await adapter.listTables({ database: "x", schema: "public" });
        const { tables: all } = await adapter.listTables({ database: "x" });
        const table = await adapter.getTable({ target: { schema: "public", name: "source" } });
        const missing = await adapter.getTable({ target: { schema: "public", name: "no" } }).catch((error) => error.message);
        await adapter.deleteTable({ target: { schema: "public", name: "seen" } });
        await adapter.deleteTable({ target: { schema: "public", name: "no" } });
        const text = JSON.stringify({ rows, schemaFields, names: tables.map((t) => [t.target.name, t.type]), everywhere: all.filter((t) => t.target.schema === "public").map((t) => t.target.name), table, missing });
        return \`create table \${self()} as select $json$\${text}$json$::text as found\`;
      });
    `);
      expect(result.status).toBe("successful");
      const [[found = null] = []] = await rows("select found from shop.look");
      expect(JSON.parse(found ?? "")).toEqual({
        rows: [
          {
            fields: {
              ...{ id: { numberValue: 1 }, part: { stringValue: "a" } },
              ...{ big: { stringValue: "9007199254740993" }, ok: { boolValue: true } },
            },
          },
          {
            fields: {
              ...{ id: { numberValue: 2 }, part: { nullValue: 0 } },
              ...{ big: { stringValue: "2" }, ok: { boolValue: false } },
            },
          },
        ],
        schemaFields: [
          { name: "id", primitive: 1 },
          { name: "part", primitive: 4 },
          { name: "big", primitive: 1 },
          { name: "ok", primitive: 3 },
        ],
        names: [
          ["seen", 2],
          ["source", 1],
        ],
        everywhere: ["seen", "source"],
        table: {
          target: { schema: "public", name: "source" },
          type: 1,
          description: "Given",
          fields: [
            { name: "id", primitive: 1 },
            { name: "part", primitive: 4 },
            { name: "big", primitive: 1 },
            { name: "ok", primitive: 3 },
          ],
        },
        missing: 'Table not found: {"schema":"public","name":"no"}',
      });
      expect(await rows("select to_regclass('public.seen')")).toEqual([[null]]);
    });

    it("sees no environment, reads no file and has no connection setting", async () => {
      const result = await run(`
      operate("spy", { hasOutput: true }).jitCode(async ({ self }) => {
        const read = await import("node:fs").then((fs) => fs.readFileSync("/etc/hostname", "utf8")).catch((error) => error.code);
        return \`create table \${self()} as select '\${JSON.stringify(process.env)}' as env, '\${read}' as read\`;
      });
    `);
      expect(result.status).toBe("successful");
      expect(await rows("select env, read from shop.spy")).toEqual([
        ["{}", "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING"],
      ]);
    });

    it.each([
      {
        what: "throws",
        code: 'throw new Error("no luck")',
        says: "The JiT code of shop.bad: no luck",
      },
      {
        what: "returns no query",
        code: "return { queries: [] }",
        says: "its code must return a query",
      },
      {
        what: "refers to what it does not depend on",
        code: 'return jctx.ref("source")',
        says: "Undeclared dependency referenced: source",
      },
      {
        what: "asks for what is not there",
        code: 'await jctx.adapter.execute({ statement: "select * from nowhere" })',
        says: 'relation "nowhere" does not exist',
      },
      {
        what: "gives parameters",
        code: 'await jctx.adapter.execute({ statement: "select 1", params: { fields: { a: {} } } })',
        says: "params are BigQuery's",
      },
      {
        what: "wants a statement to be tried only",
        code: 'await jctx.adapter.execute({ statement: "delete from public.source", bigQueryOptions: { dryRun: true } })',
        says: "bigQueryOptions.dryRun is BigQuery's",
      },
      {
        what: "breaks every object",
        code: 'Object.prototype.toJSON = () => 1; return "select 1";',
        says: "its answer is not whole",
      },
      { what: "ends its process", code: "process.exit(0)", says: "may not call process.exit()" },
    ])("fails the action alone when it $what", async ({ code, says }) => {
      const [bad, below, other] = await errorsOf(`
      publish("bad", { type: "table" }).jitCode(async (jctx) => { ${code} });
      publish("below", { type: "table", dependencies: ["bad"] }).query("select 1 as n");
      publish("other", { type: "table" }).query("select 1 as n");
    `).then((errors) => errors.sort());
      expect([bad, below, other].filter(Boolean)).toHaveLength(1);
      expect(bad).toContain(says);
      expect(
        await rows("select to_regclass('shop.below'), to_regclass('shop.other')::text"),
      ).toEqual([[null, "shop.other"]]);
    });

    it("is stopped when it takes too long", async () => {
      const code = 'publish("bad", { type: "table" }).jitCode(async () => { for (;;); })';
      expect(await errorsOf(code, { jitTimeoutMillis: 500 })).toEqual([
        "The JiT code of shop.bad: it took longer than 0.5 s (--jit-timeout)",
      ]);
    });

    it("is not run for a plan, which says so, also of what stands on it", async () => {
      const { folder } = temporaryProject({
        "late.js": `publish("late", { type: "table" }).jitCode(async () => "select 1 as n");
        publish("above", { type: "table" }).query((ctx) => \`select * from \${ctx.ref("late")} as l\`);`,
      });
      const graph = await planProject({ projectDir: folder, database });
      expect(formatPlan(graph)).toContain("JiT: its SQL is made by code during the run");
      const { findings } = await validateProject({ projectDir: folder, database });
      expect(findings.actions.map(({ status, reason }) => [status, reason])).toEqual([
        ["notChecked", "its SQL is made by code during the run"],
        ["notChecked", "shop.late is not checked"],
      ]);
    });
  },
);
