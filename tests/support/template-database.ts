import { Client } from "pg";
import { inject } from "vitest";
import { databaseNamed, databasesOf, hashOf, type TestServer } from "./test-database.ts";

/**
 * The URL of a database to copy. The first test that needs it fills it, once on each server in a test
 * run; the other workers wait. `content` describes what it holds: another text makes another database.
 */
export async function templateDatabase(
  server: TestServer,
  content: string,
  fill: (url: string) => Promise<unknown>,
): Promise<string> {
  const name = `${templatesOfThisRun()}${hashOf(content)}`;
  const url = databaseNamed(server, name);
  await lockedByName(server, name, async (client) => {
    const { rows } = await client.query("select from pg_database where datname = $1", [name]);
    if (rows.length > 0) return;
    // Under its own name only when it is whole: the work may fail half-way.
    const unfinished = `${name}_new`;
    await client.query(`drop database if exists ${unfinished}`);
    await client.query(`create database ${unfinished} strategy file_copy`);
    await fill(databaseNamed(server, unfinished));
    await client.query(`alter database ${unfinished} rename to ${name}`);
  });
  return url;
}

/** Removes the databases that the test run whose folder of compiled graphs that is has left on a server. */
export async function removeDatabases({ url }: TestServer, compiledFolder: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where starts_with(datname, $1)",
    [databasesOf(compiledFolder)],
  );
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
  await client.end();
}

async function lockedByName(
  { url }: TestServer,
  name: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [name]);
    await work(client);
  } finally {
    await client.end();
  }
}

function templatesOfThisRun(): string {
  return `${databasesOf(inject("compiledFolder"))}template_`;
}
