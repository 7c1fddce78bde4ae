import { Readable } from "node:stream";
import { expect } from "vitest";
import { restoreDump } from "../../runner/backup/restore-dump.ts";
import type { Database } from "../../runner/database/database.ts";
import { catalogueFingerprint } from "./catalogue-fingerprint.ts";
import { openTestDatabase } from "./opened-database.ts";
import type { TestServer } from "./test-database.ts";
import { comparable, textOfDump } from "./text-of-dump.ts";

/** A database with the schema `shop` and what this SQL makes, until the running test ends. */
export async function madeDatabase(server: TestServer, sql: string) {
  const opened = await openTestDatabase(server);
  await opened.database.query(`create schema shop; ${sql}`);
  return opened;
}

/** A new database out of a dump, until the running test ends. */
export async function restoredFrom(server: TestServer, dump: string): Promise<Database> {
  const { database } = await openTestDatabase(server);
  await restoreDump(database, Readable.from([Buffer.from(dump)]));
  return database;
}

/**
 * Makes a database with this SQL, dumps and restores it, and expects the same catalogue and dump of the
 * restored one. `ask` gives the rows of a query there.
 */
export async function expectRestored(server: TestServer, sql: string) {
  const { database: source } = await madeDatabase(server, sql);
  const dump = await textOfDump(source);
  const target = await restoredFrom(server, dump);
  expect(comparable(await textOfDump(target))).toBe(comparable(dump));
  expect(await catalogueFingerprint(target)).toEqual(await catalogueFingerprint(source));
  const ask = async (question: string) => (await target.query(question)).rows;
  return { dump, ask };
}
