import { watchServer } from "./watch-server.ts";

/** A shop that is loaded each night: sales arrive, are staged, and become the numbers of each day. */
export const shopFiles = {
  "sales.sqlx": `config { type: "declaration", schema: "raw", name: "sales",
    postgres: { freshness: { loadedAt: "loaded_at", errorAfter: "20 hours" } } }`,
  "staged.sqlx": `config { type: "incremental", uniqueKey: ["id"], assertions: { nonNull: ["amount"] } }
    select id, day, amount from \${ref("raw", "sales")}
    \${when(incremental(), \`where id > (select coalesce(max(id), 0) from \${self()})\`)}`,
  "held.sqlx": `config { type: "operations", dependencies: ["staged"] }
    select pg_advisory_xact_lock_shared(77)`,
  "daily.sqlx": `config { type: "table", dependencies: ["held"], assertions: { uniqueKey: ["day"] } }
    select day, count(*) as sales, sum(amount) as amount from \${ref("staged")} group by day`,
  "large.sqlx": `config { type: "assertion", dependencies: ["daily"], postgres: { severity: "warn" } }
    select id, amount from \${ref("staged")} where amount > 900`,
};

/** Opens the world outside of the runs: it brings sales, and counts them itself. */
export async function openShop(url: string) {
  const ask = await watchServer(url);
  await ask(`create schema raw; create table raw.sales
    (id integer primary key, day integer, amount integer, loaded_at timestamptz default now())`);
  const amounts = new Map<number, number[]>();
  let id = 0;
  const bring = async (day: number, ...brought: (number | null)[]) => {
    for (const amount of brought) {
      id += 1;
      await ask(`insert into raw.sales (id, day, amount) values (${id}, ${day}, ${amount})`);
      if (amount !== null) amounts.set(day, [...(amounts.get(day) ?? []), amount]);
    }
  };
  return {
    ask,
    bring,
    /** Gives sales that came without an amount the one that they have. */
    correct: async (day: number, amount: number) => {
      await ask(`update raw.sales set amount = ${amount} where amount is null`);
      amounts.set(day, [...(amounts.get(day) ?? []), amount]);
    },
    /** What the table of days has to hold: day, number and sum, as PostgreSQL writes them. */
    expected: () =>
      [...amounts].map(([day, each]) => [
        day,
        String(each.length),
        String(each.reduce((sum, amount) => sum + amount, 0)),
      ]),
    daily: () => ask("select day, sales, amount from shop.daily order by day"),
    hold: () => ask("select pg_advisory_lock(77)"),
    letGo: () => ask("select pg_advisory_unlock(77)"),
    held: () =>
      ask(`select pid from pg_stat_activity where datname = current_database()
        and wait_event = 'advisory' and query like '%pg_advisory_xact_lock_shared%'`),
  };
}

/** Moves all stored times back by a day, so that the next run is the run of the next night. */
export const aDayLater = `
  update raw.sales set loaded_at = loaded_at - interval '1 day';
  update run_history.runs set started_at = started_at - interval '1 day', ended_at = ended_at - interval '1 day';
  update run_history.actions set started_at = started_at - interval '1 day', ended_at = ended_at - interval '1 day';
  update run_history.assertions
  set checked_at = checked_at - interval '1 day', first_failed_at = first_failed_at - interval '1 day';
  update run_history.notifications
  set written_at = written_at - interval '1 day',
    problems = (
      select coalesce(jsonb_object_agg(key, value || jsonb_build_object(
        'since', (value ->> 'since')::timestamptz - interval '1 day',
        'toldAt', (value ->> 'toldAt')::timestamptz - interval '1 day')), '{}')
      from jsonb_each(problems))`;
