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

async function onServer(url: string, statement: string): Promise<void> {
  const database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
  await database.query(statement);
  await database.close();
}
