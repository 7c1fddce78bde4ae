import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { openGate } from "../../../runner/execute/gates/gate.ts";
import { publish } from "../../../runner/execute/publish/publish.ts";
import type { PublishTask } from "../../../runner/plan/publish-task.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";
import { inThisDatabase, until } from "../../support/watch-server.ts";

/** A way to give the relation new rows: the relation before, and the query of its readers. */
interface Way {
  name: string;
  /** What the result says of it. */
  how: string;
  task: Partial<PublishTask>;
  prepare?: string;
  from?: string;
}

const rowsOfCounter =
  "select id, (select v from counter) as version from generate_series(1, 200) as id";
const asMaterialized = `
  drop table versions;
  create table counter as select 0 as v;
  create materialized view versions as ${rowsOfCounter};`;
const refreshed = { strategy: "materialized", statement: rowsOfCounter } as const;
const viewOnIt = "create view seen as select * from (select * from versions) as v";

const ways: Way[] = [
  { name: "rewritten in place", how: "in place, all rows", task: {} },
  {
    name: "changed by key",
    how: "in place, only rows that differ",
    task: {},
    prepare: `alter table versions add primary key (id);
      create table referring (id int references versions)`,
  },
  {
    name: "swapped",
    how: "swapped for a new table",
    task: { replace: "swap" },
    prepare: "create index on versions (version)",
  },
  {
    name: "swapped below a view that is read",
    how: "swapped for a new table",
    task: { replace: "swap" },
    prepare: viewOnIt,
    from: "seen",
  },
  {
    name: "refreshed, being a materialized view with a unique index",
    how: "refreshed while readers go on",
    task: refreshed,
    prepare: `${asMaterialized} create unique index on versions (id)`,
  },
  {
    name: "swapped, being a materialized view without one",
    how: "swapped for a new one",
    task: refreshed,
    prepare: `${asMaterialized} create index on versions (version)`,
  },
  {
    name: "swapped below a view that is read, being a materialized view",
    how: "swapped for a new one",
    task: refreshed,
    prepare: `${asMaterialized} ${viewOnIt}`,
    from: "seen",
  },
];

const target = { schema: "public", name: "versions" };
const rowCount = 200;
// Twenty readers read more than a hundred times during 10 rebuilds; READER_REBUILDS=1000 finds rarer faults.
const rebuilds = Number(process.env.READER_REBUILDS || 10);

/**
 * A table in which all rows have the same version, so that a reader sees either one version or a
 * mixture.
 */
function versionTask(version: number, more: Partial<PublishTask>): PublishTask {
  return {
    type: "publish",
    strategy: "replace",
    statement: `select id, ${version} as version from generate_series(1, ${rowCount}) as id`,
    uniqueKey: [],
    ...more,
  } as PublishTask;
}

describe.each(anyServer())("readers of a relation that is replaced on $name", (server) => {
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

  const replace = async (version: number, more: Partial<PublishTask> = {}) => {
    if (more.strategy === "materialized") await database.query(`update counter set v = ${version}`);
    return database.transaction((session) =>
      publish({
        session,
        target,
        task: versionTask(version, more),
        rebuiltLater: new Set(),
        gate: openGate,
      }),
    );
  };

  async function connected(): Promise<Client> {
    const client = new Client(url);
    await client.connect();
    clients.push(client);
    return client;
  }

  it.each(ways)(
    "see one whole version, whichever, while it is $name, again and again",
    async ({ how, task, prepare, from = "versions" }) => {
      if (prepare) await database.query(prepare);
      const query = `select count(*), min(version), max(version) from ${from}`;
      const last = rebuilds;
      const seen = new Set<string>();
      const done = new Set<string>();
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
      const rebuilding = (async () => {
        for (let version = 1; version <= last; version++) {
          const { replacement = "" } = await replace(version, task);
          done.add(replacement.replace(/ \(.*/, ""));
        }
      })().finally(() => {
        isOver = true;
      });
      await Promise.all([rebuilding, ...readers]);
      expect([...seen]).toEqual([`${rowCount} rows, one version`]);
      expect([...done]).toEqual([how]);
      const { rows } = await database.query("select distinct version from versions");
      expect(rows).toEqual([[String(last)]]);
    },
  );

  it.each(ways.filter(({ name }) => !name.startsWith("swapped")))(
    "keep the rows of their snapshot while it is $name",
    async ({ task, prepare }) => {
      if (prepare) await database.query(prepare);
      const reader = await connected();
      await reader.query("begin isolation level repeatable read; select 1");
      for (let version = 1; version <= 3; version++) await replace(version, task);
      const { rows } = await reader.query(
        "select count(*)::int as n, max(version) as v from versions",
      );
      expect(rows).toEqual([{ n: rowCount, v: 0 }]);
    },
  );

  it("never find a swapped materialized view empty, whatever their snapshot is", async () => {
    await database.query(asMaterialized);
    const reader = await connected();
    await reader.query("begin isolation level repeatable read; select 1");
    expect((await replace(1, refreshed)).replacement).toMatch(/^swapped/);
    const { rows } = await reader.query("select count(*)::int as n from versions");
    expect(rows).toEqual([{ n: rowCount }]);
  });

  it.each(ways.filter(({ name }) => name.startsWith("swapped")))(
    "go on while somebody reads for long and a new one waits to be $name",
    async ({ task, prepare, from = "versions" }) => {
      if (prepare) await database.query(prepare);
      const long = await connected();
      await long.query(`begin; select count(*) from ${from}`);
      const swapping = replace(1, task);
      const reader = await connected();
      await reader.query("set lock_timeout = '60s'");
      await waitForSwap();
      for (let count = 0; count < 5; count++) {
        const { rows } = await reader.query(`select max(version) as v from ${from}`);
        expect(rows).toEqual([{ v: 0 }]);
      }
      await long.query("commit");
      await swapping;
      const { rows } = await reader.query("select max(version) as v from versions");
      expect(rows).toEqual([{ v: 1 }]);
    },
  );

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
    const waiting = `select pid from pg_locks where mode = 'AccessExclusiveLock' and not granted
      and relation in ('versions'::regclass, to_regclass('seen')) and ${inThisDatabase}`;
    await until(async () => (await waiter.query(waiting)).rows);
  }
});
