import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const changed = (table: string, column: string) =>
  `\${when(incremental(), \`where ${column} in (select ${column} from pg_temp.${table}__changed)\`)}`;

const declared = `config { type: "declaration", schema: "shop" }`;

/** A model, and the query that says which rows it must hold. */
interface Model {
  sqlx: string;
  expected: string;
}

const totals = (condition: string) => `
  select customer, sum(amount) * (select max(rate) from shop.rates) as amount, count(*) as orders
  from shop.orders where ${condition} group by customer`;
const totalsOf = (settings: string, condition: string): Model => ({
  sqlx: `config { type: "incremental", ${settings}
      postgres: { follows: { orders: ["customer"] }, recomputeWhen: ["rates"] } }
    select customer, sum(amount) * (select max(rate) from \${ref("rates")}) as amount, count(*) as orders
    from (select * from \${ref("orders")} ${changed("orders", "customer")}) as o
    where ${condition} group by customer`,
  expected: totals(condition),
});

const details = (join: string) => `
  select o.id, o.customer, o.amount, c.name
  from shop.orders as o ${join} shop.customers as c on c.id = o.customer`;

/** Each model in the ways between which it is edited, the first one first. */
const models: Record<string, Model[]> = {
  // One row a key, filtered.
  totals: [
    totalsOf(`uniqueKey: ["customer"],`, "customer is not null"),
    totalsOf("", "customer is not null and amount > 0"),
  ],
  // No unique key, equal rows, without a filter; then one row of them.
  copies: [
    {
      sqlx: `config { type: "incremental", postgres: { follows: { orders: ["customer"] } } }
        select customer, amount from \${ref("orders")} where customer is not null`,
      expected: "select customer, amount from shop.orders where customer is not null",
    },
    {
      sqlx: `config { type: "incremental", uniqueKey: ["customer", "amount"],
          postgres: { follows: { orders: ["customer"] } } }
        select distinct customer, amount from \${ref("orders")} where customer is not null`,
      expected: "select distinct customer, amount from shop.orders where customer is not null",
    },
  ],
  // Two tables by two keys, one of which may be NULL; then one of them.
  details: [
    {
      sqlx: `config { type: "incremental", uniqueKey: ["id"],
          postgres: { follows: { orders: ["id"], customers: { id: "customer" } } } }
        select o.id, o.customer, o.amount, c.name
        from \${ref("orders")} as o left join \${ref("customers")} as c on c.id = o.customer
        \${when(incremental(), \`where o.id in (select id from pg_temp.orders__changed)
          or o.customer in (select id from pg_temp.customers__changed)\`)}`,
      expected: details("left join"),
    },
    {
      sqlx: `config { type: "incremental", uniqueKey: ["id"],
          postgres: { follows: { orders: ["id"] }, recomputeWhen: ["customers"] } }
        select o.id, o.customer, o.amount, c.name
        from \${ref("orders")} as o join \${ref("customers")} as c on c.id = o.customer
        ${changed("orders", "id").replace("where id", "where o.id")}`,
      expected: details("join"),
    },
  ],
};

// Follows a table that the runner itself publishes, and relies on each changed key being there once.
const ranks = {
  sqlx: `config { type: "incremental", uniqueKey: ["orders"], postgres: { follows: { totals: ["orders"] } } }
    select orders, count(*) as customers, max(amount) as largest from \${ref("totals")}
    \${when(incremental(), "join pg_temp.totals__changed using (orders)")} group by orders`,
  expectedOf: (query: string) =>
    `select orders, count(*) as customers, max(amount) as largest from (${query}) as t group by orders`,
};

const id = fc.integer({ min: 1, max: 30 });
const customer = fc.option(fc.integer({ min: 1, max: 6 }), { nil: null });
const amount = fc.integer({ min: -3, max: 9 });
const change = fc.oneof(
  fc.record({ id, customer, amount }).map(
    (o) =>
      `insert into shop.orders values (${o.id}, ${o.customer}, ${o.amount}) on conflict (id) do update
        set customer = excluded.customer, amount = excluded.amount`,
  ),
  id.map((from) => `delete from shop.orders where id between ${from} and ${from + 2}`),
  fc
    .tuple(customer, customer)
    .map(
      ([from, to]) =>
        `update shop.orders set customer = ${to} where customer is not distinct from ${from}`,
    ),
  fc
    .tuple(id, amount)
    .map(([at, value]) => `update shop.orders set amount = ${value} where id = ${at}`),
  fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom("a", "b", "c"))
    .map(
      ([at, name]) =>
        `insert into shop.customers values (${at}, '${name}') on conflict (id) do update set name = excluded.name`,
    ),
  fc.integer({ min: 1, max: 6 }).map((at) => `delete from shop.customers where id = ${at}`),
  fc.constantFrom("truncate shop.orders", "update shop.rates set rate = rate + 1", "select 1"),
  // What triggers on the table alone would not see.
  fc.tuple(id, customer).map(
    ([at, of]) =>
      `insert into shop.orders_late values (${at + 15}, ${of}, 2) on conflict (id) do update
        set customer = excluded.customer`,
  ),
  id.map((from) => `delete from shop.orders_early where id > ${from}`),
  fc.constantFrom(
    "alter table shop.orders alter amount type numeric using amount + 1",
    `alter table shop.orders detach partition shop.orders_late; drop table shop.orders_late;
      create table shop.orders_late partition of shop.orders for values from (16) to (maxvalue)`,
    `alter table shop.orders detach partition shop.orders_early; insert into shop.orders_early values (7, 3, 3)
      on conflict (id) do nothing;
      alter table shop.orders attach partition shop.orders_early for values from (minvalue) to (16)`,
    `alter table shop.orders disable trigger user; update shop.orders set customer = 2 where id < 9;
      alter table shop.orders enable trigger user`,
    `begin; alter table shop.orders_late disable trigger user; delete from shop.orders_late where id < 20;
      alter table shop.orders_late enable trigger user; commit`,
    ...["truncate table only shop.totals", "truncate shop.details, shop.copies"],
  ),
);
const edits = fc.subarray(Object.keys(models));
const steps = Number(process.env.INCREMENT_STEPS ?? 12);

describe.each(anyServer())("tables that follow others by key on $name", (server) => {
  it("hold what a full refresh gives after any changes of what they follow", async () => {
    const { database, run, rows } = await runInDatabase(server);
    await database.query(`create schema shop;
      create table shop.customers (id int primary key, name text);
      create table shop.orders (id int primary key, customer int, amount numeric) partition by range (id);
      create table shop.orders_early partition of shop.orders for values from (minvalue) to (16);
      create table shop.orders_late partition of shop.orders for values from (16) to (maxvalue);
      create table shop.rates (rate numeric);
      insert into shop.rates values (1);
      insert into shop.orders select n, 1 + n % 3, n % 2 from generate_series(1, 30) as n`);
    const names = ["customers", "orders", "rates"].map((name) => [`${name}.sqlx`, declared]);
    const project = temporaryProject({ ...Object.fromEntries(names), "ranks.sqlx": ranks.sqlx });
    const expected = new Map<string, string>();
    const edit = (name: string) => {
      const ways = models[name] ?? [];
      const at = ways.findIndex((way) => way.expected === expected.get(name));
      const model = ways[(at + 1) % ways.length] as Model;
      project.write(`${name}.sqlx`, model.sqlx);
      expected.set(name, model.expected);
    };
    Object.keys(models).forEach(edit);
    const seed = Number(process.env.INCREMENT_SEED ?? 2);
    const round = fc.record({
      changes: fc.array(change, { minLength: 1, maxLength: 6 }),
      edited: fc.oneof(fc.constant([]), edits),
    });
    for (const [number, { changes, edited }] of fc
      .sample(round, { numRuns: steps, seed })
      .entries()) {
      for (const statement of changes) await database.query(statement);
      for (const name of edited) edit(name);
      expected.set("ranks", ranks.expectedOf(expected.get("totals") ?? ""));
      const statuses = Object.values(statusesOf(await run(project)));
      expect(new Set(statuses)).toEqual(new Set(["successful"]));
      for (const [name, query] of expected) {
        const sorted = (from: string) => `select r::text from (${from}) as r order by 1`;
        expect(await rows(sorted(`select * from shop.${name}`)), `${name} ${number}`).toEqual(
          await rows(sorted(query)),
        );
      }
    }
  });
});
