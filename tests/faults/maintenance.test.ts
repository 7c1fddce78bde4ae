import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differencesOf } from "../support/database-picture.ts";
import { dataform } from "../support/run-command.ts";
import { anyServer } from "../support/test-database.ts";
import {
  type FaultBench,
  openBench,
  pictureHere,
  projectFolder,
  withCopy,
  within,
} from "./fault-bench.ts";

/** Maintenance by hand or by a schedule, repeated while a run is active. */
const maintenance: [what: string, statements: string[]][] = [
  ["vacuums every table", ["vacuum (analyze)"]],
  // As an automatic vacuum of a large table: it holds its lock for long.
  [
    "vacuums every table slowly",
    [
      "set vacuum_cost_delay = '20ms'",
      "set vacuum_cost_limit = 1",
      "vacuum shop.totals, shop.merged",
    ],
  ],
  ["rewrites tables", ["vacuum full shop.totals", "cluster"]],
  ["makes indexes again", ["reindex table concurrently shop.merged", "reindex schema shop"]],
  ["refreshes views on the tables", ["refresh materialized view audit.of_merged"]],
  ["refreshes a view of the run", ["refresh materialized view concurrently shop.kept"]],
  [
    "looks at every table in one transaction",
    [
      "begin",
      "lock table shop.totals in access share mode",
      "select count(*) from shop.merged",
      "commit",
    ],
  ],
];

describe.each(anyServer())("a run on $name ends as an undisturbed one", (server) => {
  let bench: FaultBench;
  beforeAll(async () => {
    bench = await openBench(server);
  });
  afterAll(() => bench?.remove());

  it.each(maintenance)("while somebody %s", async (_what, statements) => {
    const { template, after } = bench.courses.next;
    await withCopy(server, template, async (url) => {
      let isOver = false;
      const beside = within(url, async (client) => {
        let rounds = 0;
        while (!isOver || rounds === 0) if (await isDone(client, statements)) rounds++;
        return rounds;
      });
      const env = { DATABASE_URL: url };
      const finished = await dataform(["run", projectFolder(true), "--threads", "4"], {
        env,
      }).finally(() => {
        isOver = true;
      });
      expect(finished).toMatchObject({ exitCode: 0 });
      expect(await beside).toBeGreaterThan(0);
      const differences = differencesOf(await pictureHere(url), after);
      // A materialized view that is refreshed by others has new rows.
      expect(differences.filter((one) => !one.startsWith("rows of audit."))).toEqual([]);
    });
  });
});

/** Whether all went well: a relation may be gone for a moment, or the run may win a deadlock. */
async function isDone(client: Client, statements: string[]): Promise<boolean> {
  await delay(1);
  try {
    for (const statement of statements) await client.query(statement);
    return true;
  } catch {
    await client.query("rollback");
    return false;
  }
}
