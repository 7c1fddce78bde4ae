import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { catalogueFingerprint } from "../../support/catalogue-fingerprint.ts";
import { forbidCascades } from "../../support/forbid-cascades.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { serversByVersion } from "../../support/test-database.ts";

/** Objects that others attach to shop.orders (id, part, price): in words and as statements. */
const survivors: Record<string, string> = {
  "a view": "create view public.mine as select id, price from shop.orders",
  "a view on a view, with grants, a trigger and options": `
    create view public.mine with (security_barrier) as select id, price from shop.orders;
    create view public.on_mine as select id from public.mine;
    grant select (id) on public.on_mine to pg_monitor;
    comment on column public.on_mine.id is 'the id';
    create function public.nothing() returns trigger language plpgsql as 'begin return new; end';
    create trigger instead instead of insert on public.mine for each row execute function public.nothing()`,
  "a materialized view with an index": `
    create materialized view public.mine as select id, price from shop.orders;
    create unique index mine_id on public.mine (id);
    comment on index public.mine_id is 'by id'`,
  "grants, with grant option and on columns": `
    grant select, update on shop.orders to pg_monitor with grant option;
    grant insert on shop.orders to public;
    grant update (price) on shop.orders to pg_read_all_stats;
    revoke delete on shop.orders from postgres`,
  "an owner": "alter table shop.orders owner to pg_monitor",
  "row level security and policies": `
    create policy own on shop.orders as restrictive for select to pg_monitor using (id > 0);
    create policy parts on shop.orders using (part <> 'z') with check (part in ('a', 'b'));
    comment on policy own on shop.orders is 'mine';
    alter table shop.orders enable row level security`,
  "forced row level security": "alter table shop.orders force row level security",
  triggers: `
    create trigger quiet before update of price on shop.orders for each row
      execute function suppress_redundant_updates_trigger();
    create trigger never before update on shop.orders for each row
      execute function suppress_redundant_updates_trigger();
    alter table shop.orders disable trigger never;
    comment on trigger quiet on shop.orders is 'quiet'`,
  "a foreign key in": `
    alter table shop.orders add constraint orders_pk primary key (id);
    create table public.lines (id int references shop.orders on delete cascade);
    insert into public.lines values (1)`,
  "foreign keys out and to itself": `
    create table public.parts (part text primary key);
    insert into public.parts values ('a'), ('b');
    alter table shop.orders add constraint to_parts foreign key (part) references public.parts;
    alter table shop.orders add unique (id), add constraint to_self foreign key (id) references shop.orders (id)`,
  constraints: `
    alter table shop.orders add primary key (id), add constraint positive check (price > 0),
      add constraint later check (price < 1e9) not valid,
      add unique (part, id) deferrable initially deferred,
      add exclude using gist (int4range(id, id, '[]') with &&), alter part set not null;
    comment on constraint positive on shop.orders is 'no gifts'`,
  indexes: `
    create index by_part on shop.orders (lower(part), id desc nulls last) include (price) where price > 0;
    create unique index by_id on shop.orders (id) with (fillfactor = 70);
    alter index shop.by_part alter column 1 set statistics 500;
    alter table shop.orders cluster on by_id;
    comment on index shop.by_part is 'by part'`,
  rules:
    "create rule told as on insert to shop.orders where new.id < 0 do also delete from shop.orders where id < 0",
  comments: `
    comment on table shop.orders is 'hand-made';
    comment on column shop.orders.part is 'the part; with '' and "'`,
  statistics: `
    create statistics public.together (dependencies, mcv) on part, id from shop.orders;
    alter statistics public.together set statistics 300;
    comment on statistics public.together is 'together';
    alter table shop.orders alter part set statistics 700, alter part set (n_distinct = 9)`,
  "storage settings": `
    alter table shop.orders alter part set storage external, alter part set compression pglz;
    alter table shop.orders set (fillfactor = 60, toast.autovacuum_enabled = false)`,
  "an unlogged table": "alter table shop.orders set unlogged",
  "replica identity by index": `
    create unique index ident on shop.orders (id);
    alter table shop.orders alter id set not null, replica identity using index ident`,
  "publications with columns and a filter": `
    alter table shop.orders replica identity full;
    create publication whole for table shop.orders;
    create publication partly for table shop.orders (id, part) where (id > 0) with (publish = 'insert')`,
  "a default with its sequence": `
    create sequence shop.numbers owned by shop.orders.id;
    grant usage on sequence shop.numbers to pg_monitor;
    alter table shop.orders alter id set default nextval('shop.numbers'), alter part set default 'x'`,
  "default privileges for tables to come":
    "alter default privileges in schema shop grant all on tables to public",
};

/**
 * Objects that survive as long as the table is not made anew; otherwise they are named and nothing
 * changes.
 */
const refusedBySwap: Record<string, [statements: string, named: string]> = {
  "a function that reads it": [
    "create function public.count_orders() returns bigint begin atomic select count(*) from shop.orders; end",
    "function public.count_orders()",
  ],
  "a function that takes its rows": [
    "create function public.price_of(shop.orders) returns numeric language sql as 'select $1.price'",
    "function public.price_of(shop.orders)",
  ],
  "a column of its row type": [
    "create table public.kept (o shop.orders)",
    "column o of table public.kept",
  ],
  "a child": ["create table public.child () inherits (shop.orders)", "table public.child"],
  "a parent": [
    "create table public.parent (id int, part text); alter table shop.orders inherit public.parent",
    "the place of shop.orders in public.parent",
  ],
  "an identity column": [
    "alter table shop.orders alter id set not null, alter id add generated always as identity",
    'identity column "id"',
  ],
  "a generated column": [
    "alter table shop.orders add double_price numeric generated always as (price * 2) stored",
    'generated column "double_price"',
  ],
  "a column with a default": [
    "alter table shop.orders add reviewed boolean default false; update shop.orders set reviewed = true where id = 1",
    "the default of column reviewed",
  ],
  "a policy of another table": [
    "create table public.other (id int); create policy p on public.other using (exists (select from shop.orders))",
    "policy p on table public.other",
  ],
  "a function on a view on it": [
    `create view public.mine as select id from shop.orders;
    create function public.total() returns bigint begin atomic select count(*) from public.mine; end`,
    "function public.total()",
  ],
};

const table = (columns: string, settings = "") =>
  `config { type: "table"${settings} }
  select ${columns} from (values (1, 'a', 10.0), (2, 'b', 20.0)) as v (id, part, price)`;
const same = "id, part, price";

describe.each(serversByVersion())("what others hung on a table on $name", (server) => {
  let database: Database;

  beforeEach(async () => {
    ({ database } = await openTestDatabase(server));
    return forbidCascades(database);
  });

  async function built(statements: string) {
    const project = temporaryProject({ "orders.sqlx": table(same) });
    const run = async () => {
      const { actions } = await runProject({ projectDir: project.folder, database });
      return actions.flatMap(({ tasks }) => tasks).find(({ type }) => type === "publish");
    };
    await run();
    await database.query(statements);
    return { project, run, before: await catalogueFingerprint(database) };
  }

  /**
   * One table `orders` for each kind of object, in a schema of its own in place of shop and public; all objects are
   * there as before when it is made again.
   */
  async function rebuilt(kinds: readonly string[], text: string) {
    const schemas = kinds.map((_, index) => `k${index}`);
    const inSchema = (index: number, file: string) =>
      file.replace("config {", `config { name: "orders", schema: "k${index}",`);
    const files = (file: string) =>
      kinds.map((_, index) => [`orders_${index}.sqlx`, inSchema(index, file)] as const);
    const project = temporaryProject(Object.fromEntries(files(table(same))));
    const run = () => runProject({ projectDir: project.folder, database });
    expect((await run()).status).toBe("successful");
    for (const [index, statements] of kinds.entries()) {
      await database.query(moved(statements, `k${index}`));
    }
    const before = await catalogueFingerprint(database, schemas);
    for (const [name, file] of files(text)) project.write(name, file);
    const { actions } = await run();
    expect.soft(await catalogueFingerprint(database, schemas)).toEqual(before);
    return schemas.map((schema) => {
      const action = actions.find(({ target }) => target.schema === schema);
      return { schema, task: action?.tasks.find(({ type }) => type === "publish") };
    });
  }

  const moved = (text: string, schema: string) =>
    text.replace(/\b(shop|public)\./g, `${schema}.`).replace("schema shop", `schema ${schema}`);

  const withKey =
    "create unique index dfpg_test_key on shop.orders (id); alter table shop.orders alter id set not null;";
  const ways: [way: string, first: string, text: string, replacement: RegExp][] = [
    ["all rows are replaced in place", "", table(same), /^in place/],
    ["rows that differ are replaced", withKey, table(same), /^in place, only rows that differ/],
    ["it is swapped", "", table(same, ', postgres: { replace: "swap" }'), /^swapped.*set in/],
    ["it gets another column", "", table(`${same}, 1 as more`), /^swapped.*other columns/],
    ["its columns change places", "", table("price, part, id"), /^swapped.*other columns/],
  ];

  it.each(ways)("survives when %s", async (_, first, text, replacement) => {
    const kinds = Object.entries({
      ...survivors,
      ...(replacement.source.startsWith("^in") ? onlyStatements(refusedBySwap) : {}),
    });
    const outcomes = await rebuilt(
      kinds.map(([, statements]) => first + statements),
      text,
    );
    for (const [index, [kind]] of kinds.entries()) {
      const { task, schema } = outcomes[index] ?? {};
      expect.soft(task?.error?.message, kind).toBeUndefined();
      expect.soft(task?.replacement, kind).toMatch(replacement);
      const { rows } = await database.query(`select id from only ${schema}.orders order by id`);
      expect.soft(rows, kind).toEqual([["1"], ["2"]]);
    }
  });

  it.each(ways.slice(2, 4))(
    "is named and nothing changes, when it cannot survive and %s",
    async (_, first, text) => {
      const kinds = Object.entries(refusedBySwap);
      const outcomes = await rebuilt(
        kinds.map(([, [statements]]) => first + statements),
        text,
      );
      for (const [index, [kind, [, named]]] of kinds.entries()) {
        const { task, schema = "" } = outcomes[index] ?? {};
        expect
          .soft(task?.error?.message, kind)
          .toContain("orders has to be replaced and would lose");
        expect.soft(task?.error?.message, kind).toContain(moved(named, schema));
        expect.soft(task?.error?.hint, kind).toContain("drop the named object first");
      }
    },
  );

  it.each([
    ["index by_price", "create index by_price on shop.orders (price)"],
    ["constraint positive", "alter table shop.orders add constraint positive check (price > 0)"],
    ["policy own", "create policy own on shop.orders using (price > 0)"],
    ["publication few", "create publication few for table shop.orders (id, price)"],
    ["statistics pair", "create statistics pair on part, price from shop.orders"],
  ])("names the %s that needs a column which goes, and changes nothing", async (named, sql) => {
    const { project, run, before } = await built(sql);
    project.write("orders.sqlx", table("id, part"));
    expect((await run())?.error?.message).toContain(`${named} (needs column "price")`);
    expect(await catalogueFingerprint(database)).toEqual(before);
  });

  it.each([
    ["index by_part", "create index by_part on shop.orders (part)"],
    ["policy own", "create policy own on shop.orders using (id > 0)"],
    [
      "trigger quiet",
      "create trigger quiet before update on shop.orders for each row execute function suppress_redundant_updates_trigger()",
    ],
  ])("names the %s that a view cannot have, and leaves the table", async (named, sql) => {
    const { project, run, before } = await built(sql);
    project.write("orders.sqlx", 'config { type: "view" } select 1 as id, 2 as part');
    expect((await run())?.error?.message).toContain(`${named} (needs a table)`);
    expect(await catalogueFingerprint(database)).toEqual(before);
  });

  it("keeps grants, comments, options and what is built on it when a view becomes a table", async () => {
    const project = temporaryProject({ "orders.sqlx": 'config { type: "view" } select 1 as id' });
    const run = () => runProject({ projectDir: project.folder, database });
    await run();
    await database.query(`
      grant select on shop.orders to pg_monitor;
      comment on view shop.orders is 'hand-made';
      create view public.mine as select id from shop.orders`);
    project.write("orders.sqlx", 'config { type: "table" } select 2 as id');
    expect((await run()).status).toBe("successful");
    const { rows } = await database.query(`
      select has_table_privilege('pg_monitor', 'shop.orders', 'select'),
        obj_description('shop.orders'::regclass), (select id from public.mine)`);
    expect(rows).toEqual([["t", "hand-made", "2"]]);
  });

  it("keeps what somebody set on a view when its definition is replaced", async () => {
    const project = temporaryProject({ "orders.sqlx": 'config { type: "view" } select 1 as id' });
    const run = () => runProject({ projectDir: project.folder, database });
    await run();
    await database.query("alter view shop.orders set (security_invoker = true)");
    const before = await catalogueFingerprint(database);
    project.write("orders.sqlx", 'config { type: "view" } select 2 as id');
    expect((await run()).status).toBe("successful");
    expect(await catalogueFingerprint(database)).toEqual(before);
  });

  it("keeps what hangs on a partitioned table that gets other columns", async () => {
    const partitioned = (columns: string) =>
      table(columns, ', postgres: { partitionBy: { column: "part", list: true } }');
    const project = temporaryProject({ "orders.sqlx": partitioned(same) });
    const run = () => runProject({ projectDir: project.folder, database });
    await run();
    await database.query(`
      grant select on shop.orders to pg_monitor;
      create index by_id on shop.orders (id);
      create view public.mine as select id from shop.orders`);
    project.write("orders.sqlx", partitioned(`${same}, 1 as more`));
    const { status, actions } = await run();
    expect(status, JSON.stringify(actions)).toBe("successful");
    const { rows } = await database.query(`
      select has_table_privilege('pg_monitor', 'shop.orders', 'select'),
        to_regclass('shop.by_id')::text, (select sum(id) from public.mine), sum(more) from shop.orders`);
    expect(rows).toEqual([["t", "shop.by_id", "3", "2"]]);
  });

  it("reaches nothing of others by cascade: no source of the runner sends it", () => {
    const folder = fileURLToPath(new URL("../../../runner/", import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => /^(execute|database|plan)\/.*\.[jt]s$/.test(file));
    expect(sources.length).toBeGreaterThan(50);
    const cascading = sources.filter((file) =>
      /\b(drop|truncate)\b[^\n;]*\bcascade\b/i.test(readFileSync(join(folder, file), "utf8")),
    );
    expect(cascading).toEqual([]);
  });

  it("would not be reached by cascade in these tests: the server refuses that", async () => {
    await built("create view public.mine as select id from shop.orders");
    await expect(database.query("drop table shop.orders cascade")).rejects.toThrow(
      /a drop cascades to .*view public.mine/,
    );
    await database.query("select setval('cascades.refused', 1, false)");
  });

  it("does not replace rows in place where a rule acts instead", async () => {
    const { run } = await built(
      "create rule ignored as on insert to shop.orders do instead nothing",
    );
    expect((await run())?.error?.message).toContain("the rule ignored acts instead");
    const { rows } = await database.query("select count(*) from shop.orders");
    expect(rows).toEqual([["2"]]);
  });
});

function onlyStatements(kinds: Record<string, [string, string]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, [statements]]) => [kind, statements]),
  );
}
