import type { QueryResult } from "../runner/database/database.ts";
import { openDatabase } from "../runner/database/open-database.ts";

let databases = 0;

/** Makes an empty database on the server of the URL and gives its URL. */
export async function freshDatabase(url: string): Promise<string> {
  const name = `bench_${process.pid}_${databases++}`;
  await onServer(url, `create database ${name}`);
  return url.replace(/^(\w+:\/\/[^/]*\/)[^?]*/, `$1${name}`);
}

/** Removes a database that `freshDatabase` made on the server of the URL. */
export async function dropDatabase(url: string, made: string): Promise<void> {
  const name = /^\w+:\/\/[^/]*\/([^?]*)/.exec(made)?.[1];
  await onServer(url, `drop database ${name} with (force)`);
}

/** The version of the server of the URL, as it shows it: `18.4`. */
export async function serverVersion(url: string): Promise<string> {
  const { rows } = await onServer(url, "show server_version");
  return rows[0]?.[0]?.split(" ")[0] ?? "";
}

async function onServer(url: string, statement: string): Promise<QueryResult> {
  const database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
  const result = await database.query(statement);
  await database.close();
  return result;
}
