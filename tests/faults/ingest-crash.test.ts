import { expect, it, onTestFinished } from "vitest";
import { prepareWarehouse } from "../../ingest/load/prepare-warehouse.ts";
import { projectDir } from "../pipeline/warehouse.ts";
import { ingestFiles, plainOptions } from "../support/ingested.ts";
import { openUrl } from "../support/opened-database.ts";
import { startOwnServer } from "../support/own-server.ts";

const files = Object.fromEntries(
  ["1", "2", "3"].map((id) => [
    `${id}.csv`,
    `app_name,scenario_name,status,start_time,duration_ms,source_run_id\nPayment Service,Failover,passed,2026-01-05T10:00:00Z,60000,${id}\n`,
  ]),
);

it("has all of the small files that an ingest has reported after a crash of the server", async () => {
  // by itself the server writes its log to the disk later than this test ends
  const server = await startOwnServer({ settings: "wal_writer_delay = 10s\n" });
  onTestFinished(() => server.remove());
  const database = await openUrl(`postgres://postgres@/postgres?host=${server.socketFolder}`);
  await prepareWarehouse(projectDir, database, plainOptions.signal);
  await ingestFiles(files, {}, database);
  await server.restartAtOnce();
  const ids = "select source_run_id from resiliency.raw_resiliency_tests order by test_id";
  expect((await database.query(ids)).rows).toEqual([["1"], ["2"], ["3"]]);
});
