import type { Database, Session } from "../database/database.ts";
import { RunnerError, SqlFailure } from "../errors.ts";
import { readDump } from "./read-dump.ts";

/**
 * Brings a dump into an empty database, in one transaction: all of it or nothing. Gives what it held, as
 * `12 tables, 3456 rows`. Throws USAGE when the database holds something, or the dump is damaged.
 */
export async function restoreDump(
  database: Database,
  source: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<string> {
  return database.transaction(async ({ own }) => {
    // Of two restores at once, the second one waits and then finds the database full.
    await own.query("select pg_advisory_xact_lock(hashtext('dataform-postgres restore'))");
    await requireEmpty(own, database.description);
    await own.query("set local check_function_bodies = off; set local row_security = off");
    const { counts } = await readDump(source, {
      statement: (sql) => send(own, sql),
      copy: (sql, rows) => own.copyFrom(sql, rows),
    });
    await own.query("analyze");
    return counts;
  }, signal);
}

/** Whether the database holds relations, types or functions of users. */
async function isEmpty(session: Session): Promise<boolean> {
  const { rows } = await session.query(`
    select not exists (
      select from pg_depend as d
      inner join pg_namespace as n on n.oid = d.refobjid
      where d.refclassid = 'pg_namespace'::regclass and n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema' and d.deptype = 'n'
        and not exists (select from pg_depend as e
          where e.classid = d.classid and e.objid = d.objid and e.deptype = 'e'))`);
  return rows[0]?.[0] === "t";
}

async function requireEmpty(session: Session, description: string): Promise<void> {
  if (await isEmpty(session)) return;
  throw new RunnerError("USAGE", `the database is not empty: ${description}`, {
    hint: "restore into a new database (createdb), which DATABASE_URL names; nothing was changed",
  });
}

async function send(session: Session, sql: string): Promise<void> {
  try {
    await session.query(sql);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    const first = sql.trim().split("\n")[0]?.slice(0, 200) ?? "";
    throw new RunnerError("DATABASE_FAILED", `the dump cannot be restored: ${error.message}`, {
      hint: `the statement begins: ${first}`,
      cause: error,
    });
  }
}
