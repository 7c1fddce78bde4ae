/** What the project reads, and what others have hung on its tables; before the first run. */
export const sources = `
  create schema src;
  create table src.orders as
    select id, date '2026-01-01' + id / 10 as day, (id * 7 % 13)::int as amount, 'note ' || id as note
    from generate_series(1, 60) as id;
  create schema audit;
  create table audit.log (what text primary key);`;

/**
 * Between the first run and the next, orders are added, changed and deleted, and others build views on
 * the tables.
 */
export const changes = `
  insert into src.orders
    select id, date '2026-01-01' + id / 10, (id * 5 % 11)::int, 'later ' || id
    from generate_series(61, 90) as id;
  update src.orders set amount = amount + 100 where id in (7, 55);
  delete from src.orders where id = 12;
  create view audit.of_totals as select day, amount from shop.totals;
  create view audit.of_widened as select day from shop.widened;
  create materialized view audit.of_merged as select count(*) as orders from shop.merged;
  grant select on shop.totals, audit.of_totals, audit.of_widened to pg_monitor;
  grant select (day) on shop.widened to pg_monitor;
  comment on table shop.totals is 'read by the audit';
  drop table shop.again cascade;`;

const config = (text: string, query: string) => `config { ${text} }\n${query}`;
const source = `select id, day, amount, note from \${ref("src", "orders")}`;
const totals = `select day, sum(amount) as amount from \${ref("src", "orders")} group by day`;

/** A project with every kind of action; \`isNext\` gives it as it is for the second run. */
export function shopProject(isNext: boolean): Record<string, string> {
  return {
    "orders.sqlx": config(`type: "declaration", schema: "src", name: "orders"`, ""),
    "totals.sqlx": config(
      `type: "table", assertions: { uniqueKey: ["day"], nonNull: ["amount"] }, postgres: { indexes: [{ columns: ["day"] }], grants: { select: "pg_read_all_data" } }`,
      totals,
    ),
    "again.sqlx": config(`type: "table"`, `select day from \${ref("totals")}`),
    "widened.sqlx": config(
      `type: "table"`,
      isNext ? totals.replace("select", "select min(id) as first_id,") : totals,
    ),
    "turned.sqlx": config(`type: "${isNext ? "table" : "view"}"`, totals),
    "appended.sqlx": config(
      `type: "incremental"`,
      `${source} \${when(incremental(), \`where id > (select max(id) from \${self()})\`)}`,
    ),
    "merged.sqlx": config(
      `type: "incremental", uniqueKey: ["id"], postgres: { primaryKey: "id" }, assertions: { rowConditions: ["amount >= 0"] }`,
      source,
    ),
    "overwritten.sqlx": config(
      `type: "incremental", incrementalStrategy: "INSERT_OVERWRITE", bigquery: { partitionBy: "day" }, postgres: { partitionBy: { column: "day", range: "week" } }`,
      `${source} \${when(incremental(), "where day >= date '2026-01-05'")}`,
    ),
    "shown.sqlx": config(
      `type: "view"`,
      `select day, amount${isNext ? ", 1 as shown" : ""} from \${ref("totals")}`,
    ),
    "kept.sqlx": config(
      `type: "view", materialized: true, postgres: { indexes: [{ columns: ["day"], unique: true }] }`,
      `select day, amount from \${ref("totals")}`,
    ),
    "logged.sqlx": config(
      `type: "operations", dependencies: ["totals"]`,
      `create or replace function audit.answer() returns int language sql return ${isNext ? 42 : 41};
---
insert into audit.log select 'total ' || sum(amount) from \${ref("totals")} on conflict do nothing`,
    ),
    "no_lost_day.sqlx": config(
      `type: "assertion"`,
      `select day from \${ref("merged")} except select day from \${ref("totals")}`,
    ),
  };
}
