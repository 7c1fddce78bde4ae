import type { Database } from "../../../runner/database/database.ts";

// What the server's own housekeeping writes at any time.
const moving = [
  "relfrozenxid",
  "relminmxid",
  "relpages",
  "reltuples",
  "relallvisible",
  "relallfrozen",
];

/** Every row of every catalogue of the database, as text, but for statistics. */
export async function dumpCatalogue(database: Database): Promise<string[]> {
  const { rows } = await database.query(`
    select relname from pg_class
    where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and not relisshared
      and relname not like 'pg_statistic%' and relname <> 'pg_largeobject'
    order by relname`);
  const dump: string[] = [];
  for (const [catalogue] of rows) {
    const without = moving.map((column) => ` - '${column}'`).join("");
    const { rows: entries } = await database.query(
      `select (to_jsonb(c)${without})::text from pg_catalog.${catalogue} as c order by 1`,
    );
    dump.push(...entries.map(([entry]) => `${catalogue} ${entry}`));
  }
  return dump;
}
