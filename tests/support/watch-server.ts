import { Client } from "pg";
import { onTestFinished } from "vitest";

/** Asks a database until the running test ends; gives the rows as arrays. */
export async function watchServer(url: string): Promise<(sql: string) => Promise<unknown[][]>> {
  const client = new Client(url);
  client.on("error", () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return async (sql) => (await client.query({ text: sql, rowMode: "array" })).rows;
}

/** Resolves when the question has an answer that is not nothing. */
export async function until<T>(ask: () => Promise<T[]> | T[]): Promise<T[]> {
  for (;;) {
    const found = await ask();
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Resolves when every transaction that is open on the server now, be it another test's, has ended: until then each
 * snapshot tells of it, and rows of later transactions are looked at once more.
 */
export async function untilOthersEnd(ask: (sql: string) => Promise<unknown[][]>): Promise<void> {
  const [[own] = []] = await ask("select pg_current_xact_id()");
  await until(() => ask(`select 1 where pg_snapshot_xmin(pg_current_snapshot()) > '${own}'`));
}

/** Of the rows of `pg_locks`, those of this database: other tests use the server as well. */
export const inThisDatabase =
  "database = (select oid from pg_database where datname = current_database())";

/** Server processes of others in this database that are at work on a statement with that text. */
export function workingOn(text: string): string {
  return `
    select pid from pg_stat_activity
    where datname = current_database() and state = 'active'
      and pid <> pg_backend_pid() and query like '%${text}%'`;
}

/**
 * Of the statements that a connection was sent, those of the run that began last, without what a busy machine adds: looks
 * at what a slow statement waits for, signs of life, and what still cleaned a connection when the run before had ended.
 */
export function ofLastRun(sent: readonly string[]): string[] {
  return sent
    .slice(sent.findIndex((text) => text.includes("set_config('application_name'")))
    .filter((text) => !/pg_blocking_pids|pg_settings|^select 1\0?$/.test(text));
}
