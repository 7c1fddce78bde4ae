import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { openGate } from "../../../runner/execute/gate.ts";
import { publish } from "../../../runner/execute/publish.ts";
import type { PublishTask } from "../../../runner/plan/execution-graph.ts";
import { createDatabase, serversByVersion } from "../../support/test-database.ts";

const target = { schema: "public", name: "versions" };
const rowCount = 200;

/** A table whose rows all carry the same version: what a reader sees is one version or a mixture. */
function versionTask(version: number, more: Partial<PublishTask>): PublishTask {
  return {
    type: "publish",
    strategy: "replace",
    statement: `select id, ${version} as version from generate_series(1, ${rowCount}) as id`,
    uniqueKey: [],
    onSchemaChange: "IGNORE",
    ...more,
  };
}

describe.each(serversByVersion())("readers of a table that is replaced on $name", (server) => {
  let database: Database;
  let url: string;
  let clients: Client[];

  beforeEach(async () => {
    const created = await createDatabase(server);
    url = created.url;
    clients = [];
    database = await openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
    await database.query(
      `create table versions as select id, 0 as version from generate_series(1, ${rowCount}) as id`,
    );
    return async () => {
      await Promise.all(clients.map((client) => client.end()));
      await database.close();
      await created.drop();
    };
  });

  const replace = (version: number, more: Partial<PublishTask> = {}) =>
    database.transaction((session) =>
      publish(session, target, versionTask(version, more), new Set(), openGate),
    );

  async function connected(): Promise<Client> {
    const client = new Client(url);
    await client.connect();
    clients.push(client);
    return client;
  }

  it.each<[way: string, Partial<PublishTask>, prepare: string]>([
    ["rewritten in place", {}, ""],
    ["changed by key", {}, "alter table versions add primary key (id)"],
    ["swapped", { replace: "swap" }, "create index on versions (version)"],
  ])(
    "see one whole version, whichever, while it is %s again and again",
    async (_, more, prepare) => {
      if (prepare) await database.query(prepare);
      const query = "select count(*), min(version), max(version) from versions";
      const last = 100;
      const seen = new Set<string>();
      let isOver = false;
      const read = async (index: number) => {
        const client = await connected();
        const prepared = { name: "versions", text: query, rowMode: "array" as const };
        const simple = { text: query, rowMode: "array" as const };
        while (!isOver) {
          const { rows } = await client.query(index % 2 === 0 ? simple : prepared);
          const [count, least, most] = rows[0] ?? [];
          await delay(2);
          seen.add(`${count} rows, ${least === most ? "one version" : "a mixture"}`);
        }
      };
      const readers = Array.from({ length: 20 }, (_, index) => read(index));
      const rebuilds = (async () => {
        for (let version = 1; version <= last; version++) await replace(version, more);
      })().finally(() => {
        isOver = true;
      });
      await Promise.all([rebuilds, ...readers]);
      expect([...seen]).toEqual([`${rowCount} rows, one version`]);
      const { rows } = await database.query("select distinct version from versions");
      expect(rows).toEqual([[String(last)]]);
    },
    240_000,
  );

  it.each([
    ["rewritten in place", ""],
    ["changed by key", "alter table versions add primary key (id)"],
  ])("keep the rows of their snapshot while it is %s", async (_, prepare) => {
    if (prepare) await database.query(prepare);
    const reader = await connected();
    await reader.query("begin isolation level repeatable read; select 1");
    for (let version = 1; version <= 3; version++) await replace(version);
    const { rows } = await reader.query(
      "select count(*)::int as n, max(version) as v from versions",
    );
    expect(rows).toEqual([{ n: rowCount, v: 0 }]);
  });

  it("go on while somebody reads for long and a new table waits to be swapped in", async () => {
    const long = await connected();
    await long.query("begin; select count(*) from versions");
    const swapping = replace(1, { replace: "swap" });
    const reader = await connected();
    await reader.query("set lock_timeout = '2s'");
    await waitForSwap();
    for (let count = 0; count < 5; count++) {
      const { rows } = await reader.query("select max(version) as v from versions");
      expect(rows).toEqual([{ v: 0 }]);
    }
    await long.query("commit");
    await swapping;
    const { rows } = await reader.query("select max(version) as v from versions");
    expect(rows).toEqual([{ v: 1 }]);
  });

  it("go on while somebody reads for long and rows are replaced in place", async () => {
    const long = await connected();
    await long.query("begin; select count(*) from versions");
    await replace(1);
    const { rows } = await long.query("select max(version) as v from versions");
    expect(rows).toEqual([{ v: 1 }]);
    await long.query("commit");
  });

  async function waitForSwap(): Promise<void> {
    const waiter = await connected();
    for (;;) {
      const { rowCount: waiting } = await waiter.query(
        "select from pg_locks where relation = 'versions'::regclass and mode = 'AccessExclusiveLock' and not granted",
      );
      if (waiting) return;
    }
  }
});
