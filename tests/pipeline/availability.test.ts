import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { prepareWarehouse } from "../../ingest/load/prepare-warehouse.ts";
import { ingestFiles, plainOptions } from "../support/ingested.ts";
import { openTestDatabase } from "../support/opened-database.ts";
import { runProject } from "../support/run-project.ts";
import { anyServer } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import { projectDir } from "./warehouse.ts";

const outages = readFileSync(join(projectDir, "tests/fixtures/ingest/outages/outages.csv"), "utf8");

describe.each(anyServer())("availability on $name", (server) => {
  it("is what the union of outages leaves, clipped, an open one to the end", async () => {
    const { database } = await openTestDatabase(server);
    await prepareWarehouse(projectDir, database, plainOptions.signal);
    await ingestFiles({ "outages.csv": outages }, {}, database);
    const run = async () =>
      await runProject({
        projectDir,
        database,
        runConfig: {
          actions: ["availability_by_day", "availability_by_window"],
          includeDependencies: true,
        },
        overrides: { vars: { reportDate: "2026-01-06" } },
      });
    expect((await run()).status).toBe("successful");
    const days = await database.query(
      "select metric_date, outages, open_outages, outage_seconds, availability_pct from resiliency.availability_by_day where app_id = 1 order by 1",
    );
    // 10:00 to 10:12 and two minutes before midnight; then all of the next day
    expect(days.rows).toEqual([
      ["2026-01-05", "3", "1", "840", "99.02778"],
      ["2026-01-06", "1", "1", "86400", "0.00000"],
    ]);
    const windows = await database.query(
      "select window_days, outage_seconds, availability_pct from resiliency.availability_by_window where app_id = 1 and window_days = 7",
    );
    expect(windows.rows).toEqual([["7", "87240", "85.57540"]]);
    // the outage ends: a new version of the same name
    const ended =
      "app_name,outage_start,outage_end,outage_id\nPayment Service,2026-01-05T23:58:00Z,2026-01-06T00:01:00Z,i-3\n";
    const reports = await ingestFiles({ "ended.csv": ended }, {}, database);
    expect(reports["ended.csv"]).toMatchObject({ loaded: 1, corrected: 1 });
    const after = await database.query(
      "select availability_pct from resiliency.availability_by_day where app_id = 1 and metric_date = '2026-01-06'",
    );
    expect(after.rows).toEqual([["99.93056"]]);
    // an application whose first known outage is of a later day was not watched yet
    const later =
      "app_name,outage_start,outage_end,outage_id\nOrder Management,2026-05-02T10:00:00Z,2026-05-02T12:00:00Z,i-4\n";
    expect((await ingestFiles({ "later.csv": later }, {}, database))["later.csv"]).toMatchObject({
      loaded: 1,
    });
    const watched = await database.query(
      "select app_name, count(*) from resiliency.availability_by_window group by 1",
    );
    expect(watched.rows).toEqual([["Payment Service", "4"]]);
  });

  it("takes outages without a name for several ones, and none that is made up for a correction", async () => {
    const { database } = await openTestDatabase(server);
    await prepareWarehouse(projectDir, database, plainOptions.signal);
    await database.query(`
      insert into resiliency.raw_outages
        (app_id, started_at, ended_at, source_system, source_outage_id, is_synthetic)
      values
        (1, '2026-01-05 10:00Z', '2026-01-05 10:01Z', 'pager', '', false),
        (1, '2026-01-05 11:00Z', '2026-01-05 11:01Z', 'pager', '', false),
        (1, '2026-01-05 12:00Z', '2026-01-05 12:01Z', 'pager', 'i-1', false),
        (1, '2026-01-05 12:00Z', '2026-01-05 12:09Z', 'pager', ' i-1', false),
        (1, '2026-01-05 12:00Z', '2026-01-05 12:02Z', 'pager', 'i-1', true)`);
    const runConfig = { actions: ["stg_outages"], includeDependencies: true };
    expect((await runProject({ projectDir, database, runConfig })).status).toBe("successful");
    const { rows } = await database.query(
      "select raw_outage_id from resiliency.stg_outages order by 1",
    );
    expect(rows.flat()).toEqual(["1", "2", "4", "5"]);
  });

  it("has one row for an application and window, also while its objectives overlap", async () => {
    const { database } = await openTestDatabase(server);
    await prepareWarehouse(projectDir, database, plainOptions.signal);
    await ingestFiles({ "outages.csv": outages }, {}, database);
    const project = editedProject();
    project.edit(
      "dim_recovery_objectives",
      "(1, 30, 5, 99.95, '2000-01-01', null),",
      "(1, 30, 5, 99.95, '2000-01-01', null), (1, 30, 5, 99, '2026-01-01', null),",
    );
    const unchecked = {
      actions: ["availability_by_window"],
      includeDependencies: true,
      assertions: false,
    };
    await project.run(database, unchecked, { reportDate: "2026-01-06" });
    const { rows } = await database.query(
      "select window_days, slo_percent from resiliency.availability_by_window where app_id = 1",
    );
    // those of the span that began last
    expect(rows).toEqual(["7", "30", "90", "365"].map((days) => [days, "99"]));
  });
});
