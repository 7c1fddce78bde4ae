import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import { oneByFile } from "./one-by-file.ts";

/** A server that tests run on. `url` leads to its database `postgres`, as a superuser. */
export interface TestServer {
  name: string;
  url: string;
}

/** A database of one test. */
export interface TestDatabase {
  url: string;
  /** Removes it and ends the connections to it. */
  drop(): Promise<void>;
}

/** The servers of this test run, for `describe.each`; the embedded PostgreSQL 18 is the first. */
export function servers(): TestServer[] {
  return inject("servers");
}

/** One of them for each version of PostgreSQL: for what the versions do in ways of their own. */
export function serversByVersion(): TestServer[] {
  const isFirst = ({ name }: TestServer, index: number, all: TestServer[]) =>
    all.findIndex((other) => versionOf(other.name) === versionOf(name)) === index;
  return servers().filter(isFirst);
}

/**
 * One server, as a list: for claims that do not depend on the version of PostgreSQL, which are most.
 * With TEST_SERVERS=all one of each version.
 */
export function anyServer(): TestServer[] {
  return oneByFile(serversByVersion());
}

/**
 * Makes a database on the server: an empty one, or a copy of the one at a URL, to which nobody is
 * connected.
 */
export async function createDatabase(server: TestServer, template?: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const source = template === undefined ? "template1" : nameIn(template);
  // Copying the files costs half as much as writing them through the log.
  await runOn(server, `create database ${name} template ${source} strategy file_copy`);
  return {
    url: databaseNamed(server, name),
    drop: async () => {
      await runOn(server, endConnections(name));
      await runOn(server, `drop database ${name} with (force)`);
    },
  };
}

/**
 * Ends the connections to a database and waits for their end: PostgreSQL, which would find them when it drops the
 * database, looks again only after a tenth of a second.
 */
function endConnections(name: string): string {
  return `do $$ begin
    perform pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}';
    for try in 1 .. 1000 loop
      exit when not exists (select from pg_stat_activity where datname = '${name}');
      perform pg_sleep(0.001), pg_stat_clear_snapshot();
    end loop;
  end $$`;
}

/** The URL of the database of that name on the server. */
export function databaseNamed({ url }: TestServer, name: string): string {
  return url.replace(databaseName, `$1${name}`);
}

const databaseName = /^(\w+:\/\/[^/]*\/)([^?]*)/;

function nameIn(url: string): string {
  return databaseName.exec(url)?.[2] ?? "";
}

function versionOf(name: string): string | undefined {
  return /\d+/.exec(name)?.[0];
}

const admins = new Map<string, Promise<Client>>();

/** On a connection that the tests of this worker share: each new one costs the server ten milliseconds. */
async function runOn({ url }: TestServer, statement: string): Promise<void> {
  const admin = admins.get(url) ?? connect(url);
  const done = admin.then((client) => client.query(statement));
  // The next one waits for this one.
  const after = done.then(
    () => admin,
    () => admin,
  );
  admins.set(url, after);
  await done;
}

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  client.on("error", () => admins.delete(url));
  await client.connect();
  (client as unknown as { unref(): void }).unref();
  return client;
}
