import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { catalogueFingerprint } from "../../support/catalogue-fingerprint.ts";
import { forbidCascades } from "../../support/forbid-cascades.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, databasesAreGone, serversByVersion } from "../../support/test-database.ts";
import { watchServer } from "../../support/watch-server.ts";

/**
 * Objects that others attach to the materialized view shop.orders (id, part, price), none of them
 * unique.
 */
const survivors: Record<string, string> = {
  "a view": "create view public.mine as select id, price from shop.orders",
  "a view on a view, with grants, a trigger and options": `
    create view public.mine with (security_barrier) as select id, price from shop.orders;
    create view public.on_mine as select id from public.mine;
    grant select (id) on public.on_mine to pg_monitor;
    comment on column public.on_mine.id is 'the id';
    create function public.nothing() returns trigger language plpgsql as 'begin return new; end';
    create trigger instead instead of insert on public.mine for each row execute function public.nothing()`,
  "a materialized view that nobody has filled": `
    create materialized view public.mine as select id, price from shop.orders with no data;
    create index mine_id on public.mine (id)`,
  "a function that reads it by its name": `
    create function public.count_orders() returns bigint language sql as 'select count(*) from shop.orders'`,
  "grants, with grant option and on columns": `
    grant select on shop.orders to pg_monitor with grant option;
    grant update (price) on shop.orders to pg_read_all_stats;
    revoke delete on shop.orders from postgres`,
  "an owner": `
    grant usage on schema shop to pg_monitor;
    grant select on public.source to pg_monitor;
    alter materialized view shop.orders owner to pg_monitor`,
  indexes: `
    create index by_part on shop.orders (lower(part), id desc nulls last) include (price) where price > 0;
    create index by_id on shop.orders (id) with (fillfactor = 70);
    alter index shop.by_part alter column 1 set statistics 500;
    alter materialized view shop.orders cluster on by_id;
    comment on index shop.by_part is 'by part'`,
  comments: `
    comment on materialized view shop.orders is 'hand-made';
    comment on column shop.orders.part is 'the part; with '' and "'`,
  statistics: `
    create statistics public.together (dependencies, mcv) on part, id from shop.orders;
    alter statistics public.together set statistics 300;
    comment on statistics public.together is 'together';
    alter materialized view shop.orders alter part set statistics 700, alter part set (n_distinct = 9)`,
  "storage settings": `
    alter materialized view shop.orders alter part set storage external, alter part set compression pglz;
    alter materialized view shop.orders set (fillfactor = 60, autovacuum_enabled = false, toast.autovacuum_enabled = false)`,
  "default privileges for tables to come":
    "alter default privileges in schema shop grant all on tables to public",
};

/**
 * Objects that keep the view where it is, unless its definition or a setting requires a new one.
 */
const fixed: Record<string, [statements: string, named: string]> = {
  "a function whose body is bound to it": [
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

const filled = {
  "a materialized view with rows and an index": `
    create materialized view public.mine as select id, price from shop.orders;
    create unique index mine_id on public.mine (id);
    comment on index public.mine_id is 'by id'`,
};
const unique = "create unique index dfpg_test_key on shop.orders (id);";

const view = (columns: string, settings = "") =>
  `config { type: "view", materialized: true${settings} }\nselect ${columns} from public.source`;
const same = "id, part, price";

describe.each(serversByVersion())("what others hung on a materialized view on $name", (server) => {
  let database: Database;
  let url: string;

  beforeEach(async () => {
    const created = await createDatabase(server);
    url = created.url;
    database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
    const requireNoCascade = await forbidCascades(database);
    return async () => {
      await requireNoCascade();
      await database.close();
      await created.drop();
    };
  });

  const rows = async (sql: string) => (await database.query(sql)).rows;

  /**
   * Makes one materialized view `orders` for each of the statements, in a schema of its own in place of
   * shop and public, attaches the objects and runs `text` over one more row: all objects are there as before.
   */
  async function rebuilt(kinds: readonly string[], text: string) {
    const schemas = kinds.map((_, index) => `k${index}`);
    const write = (file: string) =>
      Object.fromEntries(
        schemas.map((schema) => [
          `${schema}.sqlx`,
          moved(file, schema).replace("config {", `config { name: "orders", schema: "${schema}",`),
        ]),
      );
    const project = temporaryProject(write(view(same)));
    const run = () => runProject({ projectDir: project.folder, database });
    for (const schema of schemas) {
      await database.query(`create schema ${schema};
        create table ${schema}.source as select * from (values (1, 'a', 10.0), (2, 'b', 20.0)) as v (id, part, price)`);
    }
    expect((await run()).status).toBe("successful");
    for (const [index, statements] of kinds.entries()) {
      await database.query(moved(statements, `k${index}`));
    }
    const before = await catalogueFingerprint(database, schemas);
    for (const schema of schemas) {
      await database.query(`insert into ${schema}.source values (3, 'c', 30.0)`);
    }
    for (const [name, file] of Object.entries(write(text))) project.write(name, file);
    const { actions } = await run();
    expect.soft(await catalogueFingerprint(database, schemas)).toEqual(before);
    return schemas.map((schema) => {
      const action = actions.find(({ target }) => target.schema === schema);
      return { schema, task: action?.tasks.find(({ type }) => type === "publish") };
    });
  }

  const moved = (text: string, schema: string) =>
    text.replace(/\b(shop|public)\./g, `${schema}.`).replace("schema shop", `schema ${schema}`);

  const everywhere = { ...survivors, ...filled };
  const ways: [
    way: string,
    first: string,
    text: string,
    replacement: RegExp,
    Record<string, string>,
  ][] = [
    ["it is swapped", "", view(same), /^swapped.*no unique index/, survivors],
    [
      "it is refreshed concurrently",
      unique,
      view(same),
      /^refreshed while readers go on/,
      {
        ...everywhere,
        ...onlyStatements(fixed),
      },
    ],
    [
      "it is refreshed where it is",
      "",
      view(same, ', postgres: { replace: "inPlace" }'),
      /^refreshed while readers wait/,
      { ...everywhere, ...onlyStatements(fixed) },
    ],
    [
      "it cannot be swapped",
      "",
      view(same),
      /^refreshed while readers wait/,
      {
        ...filled,
        ...onlyStatements(fixed),
      },
    ],
    [
      "it is swapped because that is set",
      unique,
      view(same, ', postgres: { replace: "swap" }'),
      /^swapped.*set in/,
      everywhere,
    ],
    ["it gets another column", "", view(`${same}, 1 as more`), /^swapped.*another/, everywhere],
    ["its columns change places", "", view("price, part, id"), /^swapped.*another/, everywhere],
  ];

  it.each(ways)("survives when %s", async (_, first, text, replacement, kinds) => {
    const names = Object.keys(kinds);
    const statements = Object.values(kinds).map((each) => first + each);
    for (const [index, outcome] of (await rebuilt(statements, text)).entries()) {
      const { schema, task } = outcome;
      expect.soft(task?.error?.message, names[index]).toBeUndefined();
      expect.soft(task?.replacement, names[index]).toMatch(replacement);
      const ids = await rows(`select id from ${schema}.orders order by id`);
      expect.soft(ids, names[index]).toEqual([["1"], ["2"], ["3"]]);
    }
  });

  it("is named and nothing changes, when it cannot survive another definition", async () => {
    const kinds = Object.entries(fixed);
    const outcomes = await rebuilt(
      kinds.map(([, [statements]]) => statements),
      view(`${same}, 1 as more`),
    );
    for (const [index, [kind, [, named]]] of kinds.entries()) {
      const { task, schema = "" } = outcomes[index] ?? {};
      expect.soft(task?.error?.message, kind).toContain("orders has to be replaced and would lose");
      expect.soft(task?.error?.message, kind).toContain(moved(named, schema));
    }
  });

  it("stays in its tablespace, and so do its indexes, when it is swapped", async () => {
    const [, name = ""] = /(test_\w+)/.exec(url) ?? [];
    const admin = await watchServer(server.url);
    // A tablespace belongs to the server: it is dropped after the database.
    onTestFinished(async () => {
      await databasesAreGone(server);
      await admin(`drop tablespace ${name}`);
    });
    await admin("set allow_in_place_tablespaces = on");
    await admin(`create tablespace ${name} location ''`);
    const [outcome] = await rebuilt(
      [
        `alter materialized view shop.orders set tablespace ${name};
      create index by_part on shop.orders (part) tablespace ${name}`,
      ],
      view(same),
    );
    expect(outcome?.task?.replacement).toMatch(/^swapped/);
    expect(
      await rows(
        "select relname from pg_class where reltablespace <> 0 and relnamespace = 'k0'::regnamespace order by 1",
      ),
    ).toEqual([["by_part"], ["orders"]]);
  });
});

function onlyStatements(kinds: Record<string, [string, string]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, [statements]]) => [kind, statements]),
  );
}
