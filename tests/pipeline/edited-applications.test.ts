import { beforeEach, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import { actionOf, notSuccessful, openWarehouse, type Warehouse } from "./warehouse.ts";

const silver = { tags: ["dimensions", "bronze", "silver"] };
const last = "(5, 'Analytics Engine', false, 'Data Team', 'Computes analytics on live data.')";
const added = (id: number, name: string) =>
  `${last},\n    (${id}, '${name}', true, 'Search Team', 'Finds things.')`;

describe.each(anyServer())("an application or a scenario, on $name", (server) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.insert({ startTime: "2026-01-01T10:00:00Z" });
    return () => warehouse.drop();
  });

  const ids = (table: string, id: string) =>
    warehouse.value(`select string_agg(${id}::text, ' ' order by ${id}) from resiliency.${table}`);

  it("is added in one line: without an objective it stops nobody, and going undoes it", async () => {
    const project = editedProject();
    project.edit("dim_applications", last, added(6, "Search"));
    const first = await project.run(warehouse.database, silver);
    expect(notSuccessful(first)).toEqual([]);
    const warning = actionOf(first, "applications_without_objective").tasks[0]?.assertion;
    expect(warning?.sample).toEqual([
      expect.objectContaining({
        app_id: "6",
        next_step: "add a span to definitions/dimensions/dim_recovery_objectives.sqlx",
      }),
    ]);
    await warehouse.insert({ appId: 6, startTime: "2026-01-01T10:00:00Z" });
    expect(notSuccessful(await project.run(warehouse.database, silver))).toEqual([]);
    expect(
      await warehouse.rows(
        "select app_id, rto_result from resiliency.stg_resiliency_tests order by app_id",
      ),
    ).toEqual([
      ["1", "met"],
      ["6", "missing_objective"],
    ]);
    // a result refers to it: it stays, and so do its tests
    expect(notSuccessful(await warehouse.run(silver))).toEqual([]);
    expect(await ids("dim_applications", "app_id")).toBe("1 2 3 4 5 6");
  });

  it("is gone with its line when nothing refers to it", async () => {
    const project = editedProject();
    project.edit("dim_applications", last, added(7, "Search"));
    project.edit(
      "dim_test_scenarios",
      "(1, 'Database Failover',",
      "(7, 'Disk Full', 'The disk is filled.', 'Disk'), (1, 'Database Failover',",
    );
    expect(notSuccessful(await project.run(warehouse.database, silver))).toEqual([]);
    expect(await ids("dim_test_scenarios", "scenario_id")).toBe("0 1 2 3 4 5 6 7");
    await warehouse.database.query(
      "insert into resiliency.dim_applications (app_name) values ('given by SQL')",
    );
    const result = await warehouse.run(silver);
    expect(notSuccessful(result)).toEqual([]);
    expect(await ids("dim_applications", "app_id")).toBe("1 2 3 4 5 1000");
    expect(await ids("dim_test_scenarios", "scenario_id")).toBe("0 1 2 3 4 5 6");
  });

  it("gets another name, and its tests stay with it", async () => {
    expect(notSuccessful(await warehouse.run(silver))).toEqual([]);
    const project = editedProject();
    project.edit("dim_applications", "'Payment Service'", "'Payments'");
    expect(notSuccessful(await project.run(warehouse.database, silver))).toEqual([]);
    expect(
      await warehouse.rows(`
        select app_name, count(*)
        from resiliency.stg_resiliency_tests inner join resiliency.dim_applications using (app_id)
        group by 1`),
    ).toEqual([["Payments", "1"]]);
  });
});

describe.each(anyServer())("a source, on $name", (server) => {
  it("is told when it sends nothing that can be used, however little it sends", async () => {
    const warehouse = await openWarehouse(server);
    try {
      await warehouse.database.query(`
        insert into resiliency.raw_resiliency_tests
          (source_system, app_id, start_time, duration_ms, status)
        values
          ('all bad', 99, '2026-01-01 10:00Z', 1, 'passed'),
          ('half bad', 99, '2026-01-01 10:00Z', 1, 'passed'),
          ('half bad', 1, '2026-01-01 10:00Z', 1, 'passed'),
          ('taken back', 1, '2026-01-01 10:00Z', 1, 'passed')`);
      const project = editedProject();
      project.edit(
        "dim_retracted_tests",
        "(null::bigint,",
        "(4, 'a mistake', 'Ada', date '2026-01-02'),\n    (null::bigint,",
      );
      const result = await project.run(warehouse.database, silver);
      expect(notSuccessful(result)).toEqual([]);
      expect(actionOf(result, "many_quarantined_rows").tasks[0]?.assertion?.sample).toEqual([
        expect.objectContaining({
          source_system: "all bad",
          arrived_rows: "1",
          quarantined_percent: "100.0",
        }),
      ]);
    } finally {
      await warehouse.drop();
    }
  });
});
