import { expect, it } from "vitest";
import { openUrl } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

const assertionOf = (table: string) => `shop_${table}_assertions_rowConditions`;
const checked = (query: string, more = "") =>
  `config { type: "table", ${more} assertions: { rowConditions: ["public.holds(id)"] } }\n${query}`;

it.each(anyServer())(
  "keeps the view of an assertion in the transaction of its table, or by itself, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const database = await openUrl(url);
    await database.query(`
    create function public.holds(int) returns boolean language sql as 'select $1 > 0';
    create table public.notes (id int);
    create function public.holds_and_writes(int) returns boolean language sql
      as 'insert into public.notes values ($1) returning public.holds(id)';
    create schema elsewhere;
    create function elsewhere.holds(int) returns boolean language sql as 'select true'`);
    const { folder: projectDir } = temporaryProject({
      "plain.sqlx": checked("select 1 as id"),
      // its settings are not those of the assertion
      "hooked.sqlx": checked(
        "pre_operations { set search_path = elsewhere, public }\nselect 1 as id",
      ).replace("public.holds", "holds"),
      // the name is taken when the table is made, and was free when the run began
      "before.sqlx": `config { type: "operations" }
      create view shop_assertions."${assertionOf("taken")}" as select 1 as other`,
      "taken.sqlx": checked("select 2 as id", 'dependencies: ["before"],'),
      // a gate only reads
      "writing.sqlx": checked("select 1 as id").replace("public.holds", "public.holds_and_writes"),
      // the view was made, and goes with what it found
      "failing.sqlx": checked("select -1 as id"),
      // what fails after its assertions have passed takes their views with it
      "undone.sqlx": checked(
        "select 1 as id, 1 as twice union all select 2, 1",
        'postgres: { indexes: [{ columns: ["twice"], unique: true }] },',
      ),
    });
    const transactions: string[] = [];
    const { actions } = await runProject({
      projectDir,
      database,
      listener: (event) => {
        if (event.type === "transactionStarted") transactions.push(event.action.target.name);
      },
    });
    const statusOf = (name: string) => actions.find(({ target }) => target.name === name)?.status;
    expect(
      Object.fromEntries(
        ["plain", "hooked", "taken", "writing", "failing", "undone"].map((name) => [
          name,
          [statusOf(name), statusOf(assertionOf(name))],
        ]),
      ),
    ).toEqual({
      plain: ["successful", "successful"],
      hooked: ["successful", "successful"],
      taken: ["successful", "successful"],
      writing: ["successful", "successful"],
      failing: ["failed", "failed"],
      undone: ["failed", "skipped"],
    });
    const ofAssertions = transactions.filter((name) => name.endsWith("Conditions"));
    expect(ofAssertions.sort()).toEqual(["hooked", "taken"].map(assertionOf));
    const { rows } = await database.query(`
      set search_path = pg_catalog;
      select relname, pg_get_viewdef(oid) like '%public.holds%(%' from pg_class
      where relnamespace = 'shop_assertions'::regnamespace order by relname`);
    const kept = ["hooked", "plain", "taken", "writing"];
    expect(rows).toEqual(kept.map((name) => [assertionOf(name), "t"]));
    const notes = await database.query("select count(*) from public.notes");
    expect(notes.rows).toEqual([["0"]]);
  },
);

it.each(anyServer())(
  "leaves the view of an assertion alone while it means the same, on $name",
  async (server) => {
    const { url, drop } = await createDatabase(server);
    whenTestEnds(drop);
    const database = await openUrl(url);
    await database.query(
      "create function public.holds(int) returns boolean language sql as 'select $1 > 0'",
    );
    const names = ["kept", "by_hand", "grown", "renamed"];
    const grown = (columns: string) =>
      checked(`select ${columns}`, 'postgres: { replace: "inPlace" },').replace(
        'type: "table"',
        'type: "incremental", onSchemaChange: "SYNCHRONIZE"',
      );
    const { folder: projectDir, write } = temporaryProject({
      ...Object.fromEntries(names.map((name) => [`${name}.sqlx`, checked("select 1 as id")])),
      "grown.sqlx": grown("1 as id"),
    });
    const run = async () => {
      const transactions: string[] = [];
      const { status } = await runProject({
        projectDir,
        database,
        listener: (event) => {
          if (event.type === "transactionStarted") transactions.push(event.action.target.name);
        },
      });
      expect(status).toBe("successful");
      const { rows } = await database.query(`
        select c.relname, pg_get_viewdef(c.oid) from pg_class as c
        where c.relnamespace = 'shop_assertions'::regnamespace order by c.relname`);
      return {
        replaced: transactions.filter((name) => name.endsWith("Conditions")).sort(),
        views: Object.fromEntries(rows),
      };
    };
    const first = await run();
    expect((await run()).replaced).toEqual([]);
    await database.query(`create or replace view shop_assertions."${assertionOf("by_hand")}" as
      select 'x'::text as failing_row_condition, id from shop.by_hand where public.holds(id)`);
    write("grown.sqlx", grown("1 as id, 2 as more"));
    const last = await run();
    expect(last.replaced).toEqual(["by_hand", "grown"].map(assertionOf));
    expect(last.views[assertionOf("by_hand")]).toBe(first.views[assertionOf("by_hand")]);
    expect(last.views[assertionOf("grown")]).toContain("more");
    // The function of the same name and arguments is another one.
    await database.query(`alter function public.holds(int) rename to held;
      create function public.holds(int) returns boolean language sql as 'select $1 > 0'`);
    expect((await run()).replaced).toEqual(names.map(assertionOf).sort());
    expect((await run()).replaced).toEqual([]);
  },
);
