import { beforeAll, describe, expect, it } from "vitest";
import { ingestFiles } from "../support/ingested.ts";
import { anyServer } from "../support/test-database.ts";
import { openWarehouse, type Warehouse } from "./warehouse.ts";

const header = "app_name,scenario_name,status,start_time,duration_ms,source_system,source_run_id";
const drill = (id: string, status: string) =>
  `Payment Service,Database Failover,${status},2026-01-05T10:00:00Z,60000,drills,${id}`;

describe.each(anyServer())("ingest on $name", (server) => {
  let warehouse: Warehouse;
  const load = (files: Record<string, string>, options = {}) =>
    ingestFiles(files, options, warehouse.database);
  const bronze = () =>
    warehouse.rows(
      "select source_run_id, status from resiliency.raw_resiliency_tests where source_system = 'drills' order by test_id",
    );

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    return () => warehouse.drop();
  });

  it("adds what is new and nothing twice, and keeps the old version of what is corrected", async () => {
    const first = [header, drill("1", "passed"), drill("2", "passed"), drill("2", "passed")];
    const loaded = await load({ "a.csv": first.join("\n") });
    expect(loaded["a.csv"]).toMatchObject({ formats: ["csv"], loaded: 2, known: 1, corrected: 0 });
    // the file grew, and a run in it was corrected; another tool exports a run of the same name
    const grown = [...first, drill("3", "failed"), drill("1", "failed")];
    const line = {
      ...{ app_name: "Payment Service", scenario_name: "Database Failover", status: "passed" },
      ...{ start_time: "2026-01-05 11:00+01", duration_ms: 60_000, source_system: "drills" },
    };
    const again = await load({
      "a.csv": grown.join("\r\n"),
      "b.ndjson": `${JSON.stringify({ ...line, source_run_id: "2" })}\n\n`,
    });
    expect(again["a.csv"]).toMatchObject({ loaded: 2, known: 3, corrected: 1 });
    expect(again["b.ndjson"]).toMatchObject({ formats: ["canonical"], loaded: 0, known: 1 });
    const rows = [
      ["1", "passed"],
      ["2", "passed"],
      ["3", "failed"],
      ["1", "failed"],
    ];
    expect(await bronze()).toEqual(rows);
    // an old export does not bring the old verdict back
    expect((await load({ "old.csv": first.join("\n") }))["old.csv"]).toMatchObject({ loaded: 0 });
    const result = await warehouse.run();
    expect(result.status).toBe("successful");
    expect(
      await warehouse.rows(
        "select source_run_id, status from resiliency.stg_resiliency_tests order by source_run_id",
      ),
    ).toEqual([
      ["1", "failed"],
      ["2", "passed"],
      ["3", "failed"],
    ]);
  });

  it("adds each of the rows without a run id that differ in a column it does not know, once", async () => {
    const columns = "app_name,scenario_name,status,start_time,duration_ms,source_system,region";
    const region = (name: string) =>
      `Payment Service,Database Failover,passed,2026-01-05T10:00:00Z,60000,regions,${name}`;
    const lines = [columns, region("eu"), region("us"), region("ap")];
    const loaded = await load({ "a.csv": [...lines, region("us")].join("\n") });
    expect(loaded["a.csv"]).toMatchObject({ loaded: 3, known: 1, corrected: 0 });
    const again = await load({ "b.csv": [...lines, region("sa")].join("\n") });
    expect(again["b.csv"]).toMatchObject({ loaded: 1, known: 3, corrected: 0 });
  });

  it("says when a result that its content names was one of another application", async () => {
    const loadFor = async (app?: string, id = "") => {
      const row = `Database Failover,passed,2026-02-05T10:00:00Z,60000,${id}`;
      const columns = "scenario_name,status,start_time,duration_ms,source_run_id";
      return (await load({ "a.csv": `${columns}\n${row}` }, { app }))["a.csv"];
    };
    const added = { loaded: 1, corrected: 0, reassigned: 0 };
    expect(await loadFor()).toMatchObject(added);
    // nobody's before: no application loses it
    expect(await loadFor("Payment Service")).toMatchObject({ corrected: 1, reassigned: 0 });
    expect(await loadFor("Order Management")).toMatchObject({ corrected: 1, reassigned: 1 });
    // the one with an id is corrected: it says that it is the same
    expect(await loadFor("Payment Service", "one")).toMatchObject(added);
    expect(await loadFor("Order Management", "one")).toMatchObject({ corrected: 1, reassigned: 0 });
  });

  it("takes no result back by an event of its beginning, in whatever order they come", async () => {
    const event = (id: string, status: string, minutes: number) =>
      `Payment Service,Database Failover,${status},2026-01-05T10:00:00Z,${minutes * 60_000},events,${id}`;
    const files = {
      "a.csv": [
        header,
        event("1", "failed", 3),
        event("1", "running", 1),
        event("2", "running", 1),
      ],
      "b.csv": [
        header,
        event("2", "running", 2),
        event("2", "failed", 3),
        event("2", "running", 1),
      ],
      "c.csv": [
        header,
        event("3", "running", 2),
        event("3", "failed", 3),
        event("3", "running", 1),
      ],
      "d.csv": [header, event("1", "running", 2), event("4", "running", 2)],
    };
    for (const [name, lines] of Object.entries(files)) await load({ [name]: lines.join("\n") });
    const newest = `
      select distinct on (source_run_id) source_run_id, status
      from resiliency.raw_resiliency_tests where source_system = 'events'
      order by source_run_id, test_id desc`;
    const last = [...["1", "2", "3"].map((id) => [id, "failed"]), ["4", "running"]];
    expect(await warehouse.rows(newest)).toEqual(last);
  });

  it("adds a row once when two load it at the same time", async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => drill(`both ${index}`, "passed"));
    const file = { "a.csv": [header, ...lines].join("\n") };
    const reports = await Promise.all([load(file), load(file), load(file)]);
    const counts = reports
      .map((each) => each["a.csv"]?.loaded ?? 0)
      .sort((one, other) => one - other);
    expect(counts).toEqual([0, 0, 3_000]);
    const count =
      "select count(*) from resiliency.raw_resiliency_tests where source_run_id like 'both%'";
    expect(await warehouse.value(count)).toBe("3000");
  });

  it("loads nothing of a file that turns out to be bad at its end", async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => drill(`half ${index}`, "passed"));
    const text = [header, ...lines].join("\n");
    const reports = await ingestFiles(
      { "a.csv": Buffer.concat([Buffer.from(text), Buffer.from([0x0a, 0xff])]) },
      {},
      warehouse.database,
    );
    expect(reports["a.csv"]?.refused?.message).toContain("is no UTF-8");
    expect(reports["a.csv"]?.loaded).toBe(0);
    const count =
      "select count(*) from resiliency.raw_resiliency_tests where source_run_id like 'half%'";
    expect(await warehouse.value(count)).toBe("0");
  });

  it("lets a result out of the quarantine when its application becomes known", async () => {
    const row = "Ledger,Database Failover,passed,2026-01-05T10:00:00Z,60000,ledger,1";
    const reports = await load({ "a.csv": `${header}\n${row}` });
    expect(reports["a.csv"]?.quarantined).toEqual({ unknown_application: 1 });
    await warehouse.run();
    const disposition =
      "select disposition, reason from resiliency.stg_test_results where source_system = 'ledger'";
    expect(await warehouse.rows(disposition)).toEqual([["quarantined", "unknown_application"]]);
    await warehouse.database.query(
      "insert into resiliency.dim_applications (app_name, rto_requirement_minutes) values ('Ledger', 30)",
    );
    await warehouse.run();
    expect(await warehouse.rows(disposition)).toEqual([["staged", null]]);
  });
});
