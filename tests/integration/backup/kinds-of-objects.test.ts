import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { restoreDump } from "../../../runner/backup/restore-dump.ts";
import { catalogueFingerprint } from "../../support/catalogue-fingerprint.ts";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { comparable, textOfDump } from "../../support/text-of-dump.ts";
import { whenTestEnds } from "../../support/when-test-ends.ts";

// The catalogue that a dump reads is another one in each version.
describe.each(serversByVersion())("a dump of $name", (server) => {
  const made = async (sql: string) => {
    const opened = await openTestDatabase(server);
    await opened.database.query(`create schema shop; ${sql}`);
    return opened;
  };

  /** What a database made by this SQL is after it was dumped and restored: the same in the catalogue. */
  const restored = async (sql: string) => {
    const source = (await made(sql)).database;
    const dump = await textOfDump(source);
    const target = (await openTestDatabase(server)).database;
    await restoreDump(target, Readable.from([Buffer.from(dump)]));
    expect(comparable(await textOfDump(target))).toBe(comparable(dump));
    expect(await catalogueFingerprint(target)).toEqual(await catalogueFingerprint(source));
    const ask = async (question: string) => (await target.query(question)).rows;
    return { source, ask };
  };

  it("goes on with the ids of each sequence where they stand", async () => {
    const { ask } = await restored(`
      create table shop.orders (id serial, line int generated always as identity);
      select setval('shop.orders_id_seq', 1000, false);
      alter table shop.orders alter line restart with 500;
      create sequence shop.fresh start 7; create sequence shop.used; select nextval('shop.used')`);
    expect(await ask("insert into shop.orders default values returning id, line")).toEqual([
      ["1000", "500"],
    ]);
    expect(await ask("select nextval('shop.fresh'), nextval('shop.used')")).toEqual([["7", "2"]]);
  });

  it("fails when the role may not read where a sequence stands", async () => {
    const role = `reader_${randomUUID().replaceAll("-", "")}`;
    const { database, url } = await made(`
      create sequence shop.numbers; select nextval('shop.numbers');
      create role ${role} login; grant usage on schema shop to ${role}`);
    whenTestEnds(() => database.query(`drop owned by ${role}; drop role ${role}`));
    const limited = await openUrl(url.replace("postgres@", `${role}@`));
    await expect(textOfDump(limited)).rejects.toThrow("permission denied for sequence numbers");
  });
});
