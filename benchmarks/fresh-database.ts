import type { Database } from "../runner/database/database.ts";
import { openDatabase } from "../runner/database/open-database.ts";
import { median } from "./report.ts";

let databases = 0;

/** Makes an empty database on the server of the URL and gives its URL. */
export async function freshDatabase(url: string): Promise<string> {
  const name = `bench_${process.pid}_${databases++}`;
  await onServer(url, (server) => server.query(`create database ${name}`));
  return url.replace(/^(\w+:\/\/[^/]*\/)[^?]*/, `$1${name}`);
}

/** Removes a database that `freshDatabase` made on the server of the URL. */
export async function dropDatabase(url: string, made: string): Promise<void> {
  const name = /^\w+:\/\/[^/]*\/([^?]*)/.exec(made)?.[1];
  await onServer(url, (server) => server.query(`drop database ${name} with (force)`));
}

/** The version of the server of the URL, as it shows it: `18.4`. */
export async function serverVersion(url: string): Promise<string> {
  const { rows } = await onServer(url, (server) => server.query("show server_version"));
  return rows[0]?.[0]?.split(" ")[0] ?? "";
}

/**
 * Milliseconds that a commit waits for the disk of the server, median of 50, with nothing else at work. A message in the
 * log is the least that a commit has to write.
 */
export async function commitMillis(url: string): Promise<number> {
  const times: number[] = [];
  await onServer(url, (server) =>
    server.session(async (session) => {
      for (let commit = 0; commit < 50; commit++) {
        const start = process.hrtime.bigint();
        await session.query("select pg_logical_emit_message(true, 'benchmark', '')");
        times.push(Number(process.hrtime.bigint() - start) / 1e6);
      }
    }),
  );
  return median(times);
}

/** Makes the server of the URL wait so many microseconds before it flushes its log, as with a slower disk. */
export async function delayCommits(url: string, micros: number): Promise<void> {
  await onServer(url, async (server) => {
    await server.query(`alter system set commit_delay = ${micros}`);
    await server.query("alter system set commit_siblings = 0");
    await server.query("select pg_reload_conf()");
  });
}

async function onServer<T>(url: string, use: (server: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
