import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { prepareWarehouse } from "../../ingest/load/prepare-warehouse.ts";
import { ingestFiles, plainOptions } from "../support/ingested.ts";
import { openTestDatabase } from "../support/opened-database.ts";

import { repository } from "../support/run-command.ts";
import { anyServer } from "../support/test-database.ts";
import { inThisDatabase, until } from "../support/watch-server.ts";
import { whenTestEnds } from "../support/when-test-ends.ts";
import { projectDir } from "./warehouse.ts";

const header = "app_name,scenario_name,status,start_time,duration_ms,source_system,source_run_id";
const lines = Array.from(
  { length: 40_000 },
  (_, run) => `Payment Service,Failover,passed,2026-01-05T10:00:00Z,60000,drills,${run}`,
);

/** An ingest of the standard input, which the test writes. */
function startIngest(url: string) {
  const args = ["bin/resiliency-ingest.js", "-"];
  const env = { ...process.env, DATABASE_URL: url };
  const ingest = spawn(process.execPath, args, {
    cwd: repository,
    env,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const closed = once(ingest, "close");
  // of the pipe that a killed process leaves
  ingest.stdin.on("error", () => {});
  whenTestEnds(async () => {
    ingest.kill("SIGKILL");
    await closed;
  });
  return { ingest, closed };
}

describe.each(anyServer())("an ingest that is killed on $name", (server) => {
  it("leaves nothing behind, and the next one loads every row once", async () => {
    const { database, url } = await openTestDatabase(server);
    await prepareWarehouse(projectDir, database, plainOptions.signal);
    const value = async (sql: string) => (await database.query(sql)).rows[0]?.[0];
    const { ingest, closed } = startIngest(url);
    // more than a batch, and no end: it is in the middle for as long as nobody kills it
    ingest.stdin.write([header, ...lines].join("\n"));
    await until(async () => {
      const locks = await database.query(
        `select from pg_locks where relation = 'resiliency.raw_resiliency_tests'::regclass
        and mode = 'RowExclusiveLock' and ${inThisDatabase}`,
      );
      return locks.rows;
    });
    ingest.kill("SIGKILL");
    await closed;
    const count = "select count(*) from resiliency.raw_resiliency_tests";
    expect(await value(count)).toBe("0");
    const file = { "a.csv": [header, ...lines].join("\n") };
    const again = await ingestFiles(file, {}, database);
    expect(again["a.csv"]).toMatchObject({ loaded: 40_000, known: 0 });
    // another file that has a part of the same rows, and more
    const overlapping = [header, ...lines.slice(39_990), `${lines[0]}-new`].join("\n");
    const more = await ingestFiles({ "b.csv": overlapping }, {}, database);
    expect(more["b.csv"]).toMatchObject({ loaded: 1, known: 10 });
    expect(await value(count)).toBe("40001");
  });
});
