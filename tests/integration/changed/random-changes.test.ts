import fc from "fast-check";
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { resultOf, runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const sources = ["orders", "customers", "events"];
const declared = Object.fromEntries(
  sources.map((name) => [`${name}.sqlx`, `config { type: "declaration", schema: "raw" }`]),
);
const checked = 'assertions: { rowConditions: ["amount is not null"] }';

/** What each table and view is to hold: a query over the sources alone. */
const expected: Record<string, string> = {
  totals: "select customer, sum(amount) as amount from raw.orders group by customer",
  large:
    "select customer, sum(amount) as amount from raw.orders group by customer having sum(amount) > 3",
  counted:
    "select count(*) as n from (select 1 from raw.orders group by customer having sum(amount) > 3) as t",
  wide: "select * from raw.customers",
  parts: "select kind, count(*) as n from raw.events group by kind",
  doubled: "select id, public.factor(id) as f from raw.orders",
  newest: "select id, max(amount) as amount from raw.orders group by id",
  followed:
    "select customer, count(*) as n from raw.orders where customer is not null group by customer",
  stored: "select kind from raw.events",
};

const files = {
  ...declared,
  "totals.sqlx": `config { type: "table", ${checked} }\n${expected.totals?.replace("raw.orders", `\${ref("orders")}`)}`,
  "large.sqlx": `config { type: "view" }\nselect * from \${ref("totals")} where amount > 3`,
  "counted.sqlx": `config { type: "table" }\nselect count(*) as n from \${ref("large")}`,
  "wide.sqlx": `config { type: "table" }\nselect * from \${ref("customers")}`,
  "parts.sqlx": `config { type: "table" }\nselect kind, count(*) as n from \${ref("events")} group by kind`,
  "doubled.sqlx": `config { type: "table" }\nselect id, public.factor(id) as f from \${ref("orders")}`,
  "newest.sqlx": `config { type: "incremental", uniqueKey: ["id"], postgres: { follows: { orders: ["id"] } } }
    select id, max(amount) as amount from \${ref("orders")}
    \${when(incremental(), \`where id in (select id from pg_temp.orders__changed)\`)} group by id`,
  "followed.sqlx": `config { type: "incremental", uniqueKey: ["customer"], postgres: { follows: { orders: ["customer"] } } }
    select customer, count(*) as n from \${ref("orders")}
    where customer is not null \${when(incremental(), \`and customer in (select customer from pg_temp.orders__changed)\`)}
    group by customer`,
  "stored.sqlx": `config { type: "view", materialized: true }\nselect kind from \${ref("events")}`,
  "moment.sqlx": `config { type: "table" }\nselect clock_timestamp() as at from \${ref("orders")}`,
  "today.sqlx": `config { type: "table" }\nselect 'today'::date as at`,
};
const always = ["moment", "today"];

const id = fc.integer({ min: 1, max: 9 });
const amount = fc.integer({ min: -3, max: 9 });
const sql = fc.oneof(
  fc
    .tuple(id, id, amount)
    .map(([at, customer, value]) => `insert into raw.orders values (${at}, ${customer}, ${value})`),
  id.map((at) => `delete from raw.orders where id = ${at}`),
  fc
    .tuple(id, amount)
    .map(([at, value]) => `update raw.orders set amount = ${value} where id = ${at}`),
  fc
    .tuple(id, fc.constantFrom("a", "b"))
    .map(([at, kind]) => `insert into raw.events values (${at}, '${kind}')`),
  id.map((at) => `insert into raw.customers (id) values (${at})`),
  // what others do to relations of the run
  fc.constantFrom(
    ...["update shop.totals set amount = 100", "delete from shop.counted", "truncate shop.parts"],
    ...["drop table shop.wide", "insert into shop.doubled values (0, 0)"],
    "create or replace view shop.large as select * from shop.totals where amount > 5",
  ),
  fc.constantFrom(
    ...["truncate raw.orders", "truncate raw.events_b", "delete from raw.customers"],
    // definitions
    "alter table raw.customers add column if not exists note text default 'n'",
    "alter table raw.customers drop column if exists note",
    ...[2, 3].map(
      (factor) =>
        `create or replace function public.factor(int) returns int immutable language sql as 'select $1 * ${factor}'`,
    ),
    // a restore: the same rows in another table, or other rows in the same one
    "create table raw.c2 (like raw.customers); drop table raw.customers; alter table raw.c2 rename to customers",
    "begin; create temp table kept on commit drop as table raw.orders; truncate raw.orders; insert into raw.orders select * from kept limit 2; commit",
    "begin; insert into raw.orders values (1, 1, 1); rollback",
    ...[
      "select pg_stat_reset()",
      "select pg_stat_reset_single_table_counters('raw.orders'::regclass)",
    ],
    ...["vacuum analyze raw.orders", "select 1"],
  ),
);
type Step =
  | { by: "pool" | "other" | "gone"; statement: string }
  | { edit: "broken" | "other" | "first" }
  | { stop: true };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      by: fc.constantFrom("pool", "pool", "gone", "gone", "other"),
      statement: sql,
    }),
  },
  { weight: 1, arbitrary: fc.record({ edit: fc.constantFrom("broken", "other", "first") }) },
  { weight: 1, arbitrary: fc.constant({ stop: true as const }) },
) as fc.Arbitrary<Step>;
const rounds = Number(process.env.CHANGED_ROUNDS ?? 10);

describe.each(anyServer())("a run of what changed on $name", (server) => {
  it("leaves what a run of everything would, after any change, and skips what it may", async () => {
    const { database, url, run, rows } = await runInDatabase(server);
    const project = temporaryProject(files);
    const connected = async () => {
      const client = new Client(url);
      await client.connect();
      return client;
    };
    // A session that stays: what it has written is not counted at once.
    let other = await connected();
    onTestFinished(() => other.end());
    const leave = async (client: Client) => {
      const pid = (client as unknown as { processID: number }).processID;
      await client.end();
      const isThere = `select 1 from pg_stat_activity where pid = ${pid}`;
      await expect.poll(() => rows(isThere)).toEqual([]);
    };
    const gone = async (statement: string) => {
      const client = await connected();
      await client.query(statement).catch(() => undefined);
      await leave(client);
    };
    const kill = async () => {
      const stop = new AbortController();
      const options = { projectDir: project.folder, database, runConfig: { changed: true } };
      const listener = ({ type }: { type: string }) => {
        if (type === "transactionStarted") stop.abort();
      };
      await runProject({ ...options, signal: stop.signal, listener }).catch(() => undefined);
    };
    const send = {
      pool: (statement: string) => database.query(statement),
      other: (statement: string) => other.query(statement),
      gone,
    };
    const edit = async (what: "broken" | "other" | "first") => {
      expected.counted = what === "other" ? "select 7 as n" : firstCounted;
      const text = { broken: "select no_such", other: "select 7 as n", first: undefined }[what];
      const first = files["counted.sqlx"];
      project.write("counted.sqlx", text ? `config { type: "table" }\n${text}` : first);
      if (what !== "broken") return;
      expect((await run(project, { changed: true })).status).toBe("failed");
      project.write("counted.sqlx", first);
    };
    // Some statements find a relation of before missing, and fail.
    const take = async (each: Step) => {
      if ("stop" in each) await kill();
      else if ("edit" in each) await edit(each.edit);
      else await send[each.by](each.statement).catch(() => undefined);
    };
    const firstCounted = expected.counted ?? "";
    await database.query(`create schema raw;
      create table raw.orders (id int, customer int, amount int);
      create table raw.customers (id int);
      create table raw.events (id int, kind text) partition by list (kind);
      create table raw.events_a partition of raw.events for values in ('a');
      create table raw.events_b partition of raw.events for values in ('b');
      create function public.factor(int) returns int immutable language sql as 'select $1 * 2'`);
    const seed = Number(process.env.CHANGED_SEED ?? 20261128);
    const sample = fc.sample(fc.array(step, { minLength: 0, maxLength: 3 }), {
      numRuns: rounds,
      seed,
    });
    // Whatever the sample is: rows that are published, and that somebody changes.
    const first: Step[][] = [
      "insert into raw.orders values (1, 1, 5)",
      "update shop.totals set amount = 100",
    ].map((statement) => [{ by: "gone", statement }]);
    let unchanged = 0;
    for (const [round, steps] of [[], ...first, ...sample, []].entries()) {
      for (const each of steps) await take(each);
      const isHeldBack = steps.some((each) => "by" in each && each.by === "other");
      const told = `round ${round}: ${JSON.stringify(steps)}`;
      const result = await run(project, { changed: true });
      expect(result.status, told).toBe("successful");
      // Of a view the definition counts, of a table the rows.
      unchanged += result.actions.filter(
        (each) => each.type === "table" && each.unchangedSince,
      ).length;
      if (isHeldBack) {
        const ended = other;
        other = await connected();
        await leave(ended);
      }
      for (const name of always)
        expect(resultOf(result, name)?.unchangedSince, name).toBeUndefined();
      for (const [name, query] of Object.entries(expected)) {
        const sorted = (from: string) => `select r::text from (${from}) as r order by 1`;
        expect(await rows(sorted(`select * from shop.${name}`)), `${name}, ${told}`).toEqual(
          await rows(sorted(query)),
        );
      }
      expect(await rows("select pg_get_viewdef('shop.large'::regclass)"), told).toEqual([
        [expect.stringMatching(/amount > 3\)/)],
      ]);
    }
    expect(unchanged).toBeGreaterThan(rounds);
    await run(project, { changed: true });
    const last = await run(project, { changed: true });
    const ran = last.actions
      .filter((each) => !each.unchangedSince)
      .map(({ target }) => target.name);
    expect(ran.sort()).toEqual(always.toSorted());
  });
});
