import { createHash, randomBytes } from "node:crypto";
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
  /**
   * Has it removed and the connections to it ended: on a server of the test run while the next test is at work, where a
   * failure ends the test run, as any error that nobody waits for.
   */
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
  // A server of one test may be killed at any time, also while something is done on it in the background.
  const isShared = servers().some(({ url }) => url === server.url);
  const name =
    template === undefined && isShared
      ? await takeEmpty(server)
      : await copyOf(server, template === undefined ? "template1" : nameIn(template));
  return {
    url: databaseNamed(server, name),
    drop: async () => {
      const gone = drop(server, name);
      goneBy.set(server.url, gone);
      if (!isShared) await gone;
    },
  };
}

/** Waits until the databases that tests of this worker do not need any more are gone: what belongs to the server can go then. */
export async function databasesAreGone(server: TestServer): Promise<void> {
  await goneBy.get(server.url);
}

/** Begins the names of all databases of this test run. */
export function databasesOf(compiledFolder: string): string {
  return `test_${hashOf(compiledFolder)}_`;
}

/** Twelve characters for a part of a database's name. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Empty databases, one for each server, that are made while the test before is at work. */
const spares = new Map<string, Promise<string>>();

async function takeEmpty(server: TestServer): Promise<string> {
  const taken = spares.get(server.url) ?? copyOf(server, "template1");
  const spare = copyOf(server, "template1");
  // Its error is that of the test that needs it.
  spare.catch(() => undefined);
  spares.set(server.url, spare);
  return taken;
}

async function copyOf(server: TestServer, template: string): Promise<string> {
  const name = `${databasesOf(inject("compiledFolder"))}${randomBytes(8).toString("hex")}`;
  // Copying the files costs half as much as writing them through the log.
  await runOn(server, `create database ${name} template ${template} strategy file_copy`, makers);
  return name;
}

const goneBy = new Map<string, Promise<void>>();

async function drop(server: TestServer, name: string): Promise<void> {
  await runOn(server, endConnections(name), removers);
  await runOn(server, `drop database ${name} with (force)`, removers);
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

type Connections = Map<string, Promise<Client>>;

/** Connections that the tests of this worker share, by the URL: each new one costs the server ten milliseconds. */
const makers: Connections = new Map();
const removers: Connections = new Map();

async function runOn({ url }: TestServer, statement: string, shared: Connections): Promise<void> {
  const admin = shared.get(url) ?? connect(url, shared);
  const done = admin.then((client) => client.query(statement));
  // The next one waits for this one.
  const after = done.then(
    () => admin,
    () => admin,
  );
  shared.set(url, after);
  await done;
}

async function connect(url: string, shared: Connections): Promise<Client> {
  const client = new Client(url);
  client.on("error", () => shared.delete(url));
  await client.connect();
  (client as unknown as { unref(): void }).unref();
  return client;
}
