import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditProject } from "../../runner/audit/audit-project.ts";
import { anyServer } from "../support/test-database.ts";
import { notSuccessful, openWarehouse, projectDir, type Warehouse } from "./warehouse.ts";

describe.each(anyServer())("an audit of the warehouse on $name", (server) => {
  let warehouse: Warehouse;
  beforeAll(async () => {
    warehouse = await openWarehouse(server);
  });
  afterAll(() => warehouse.drop());

  const audit = async () => {
    const { tables } = await auditProject({ projectDir, database: warehouse.database });
    return Object.fromEntries(tables.map(({ target, status }) => [target.name, status]));
  };
  const exact = {
    stg_doubled_ids: "exact",
    stg_test_results: "exact",
    stg_arrivals: "exact",
    stg_resiliency_tests: "exact",
    fact_resiliency_metrics: "exact",
    fact_scenario_metrics: "exact",
  };

  it("finds its incremental tables exact after late rows, and tells a lost row", async () => {
    await warehouse.generate({ from: "2026-01-05", days: 2, testsPerDay: 30 });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    await warehouse.generate({ from: "2026-01-01", days: 6, testsPerDay: 20 });
    await warehouse.insert({ startTime: "2026-01-05 12:00:00Z", status: "failed" });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    expect(await audit()).toEqual(exact);
    await warehouse.database.query(
      "delete from resiliency.stg_resiliency_tests where raw_test_id = 1",
    );
    expect(await audit()).toEqual({
      ...exact,
      stg_resiliency_tests: "drifted",
      fact_resiliency_metrics: "drifted",
      fact_scenario_metrics: "drifted",
    });
  });
});
