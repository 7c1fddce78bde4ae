import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../runner/database/open-database.ts";
import { runProject } from "../support/run-project.ts";
import { anyServer, databaseNamed } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import { notSuccessful, openWarehouse, projectDir, type Warehouse } from "./warehouse.ts";

const oldObjective = "(1, 30, 5, 99.95, '2000-01-01', null)";

describe.each(anyServer())("the history of published numbers on $name", (server) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await openWarehouse(server);
    await warehouse.insert({ startTime: "2026-01-01T10:00:00Z", durationMs: 1_500_000 });
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    return () => warehouse.drop();
  });

  const changes = () =>
    warehouse.rows(`
      select metric, from_value, to_value from resiliency.metric_changes
      where metric in ('total_tests', 'rto_compliant', 'rto_requirement_minutes')
      order by changed_at, metric`);

  it("begins with the first number, and runs without news add nothing", async () => {
    expect(await changes()).toEqual([]);
    expect(await warehouse.value("select count(*) from resiliency.metric_history")).toBe("1");
    expect(await warehouse.value("select count(*) from resiliency.objective_history")).toBe("5");
  });

  it("is the same after a run whose session has another time zone", async () => {
    const name = (await warehouse.value("select current_database()")) ?? "";
    const env = { DATABASE_URL: databaseNamed(server, name), PGTZ: "Asia/Tokyo" };
    const database = await openDatabase({ projectDir, env });
    onTestFinished(() => database.close());
    expect(notSuccessful(await runProject({ projectDir, database }))).toEqual([]);
    expect(
      await warehouse.rows("select numbers ->> 'created_at' from resiliency.metric_history"),
    ).toEqual([["2026-01-01T10:25:00+00:00"]]);
  });

  it("tells what an edited past objective changed, and the edit itself", async () => {
    const project = editedProject();
    project.edit("dim_recovery_objectives", oldObjective, oldObjective.replace("30", "20"));
    expect(notSuccessful(await project.run(warehouse.database))).toEqual([]);
    expect(await changes()).toEqual([
      ["rto_compliant", "true", "false"],
      ["rto_requirement_minutes", "30", "20"],
    ]);
    expect(
      await warehouse.rows(`
        select rto_minutes, is_removed from resiliency.objective_history
        where app_id = 1 order by version_id`),
    ).toEqual([
      ["30", "f"],
      ["20", "f"],
    ]);
  });

  it("tells once that a span has an objective no longer", async () => {
    const project = editedProject();
    const edited = oldObjective.replace("30, 5", "20, null");
    project.edit("dim_recovery_objectives", oldObjective, edited);
    expect(notSuccessful(await project.run(warehouse.database))).toEqual([]);
    expect(notSuccessful(await project.run(warehouse.database))).toEqual([]);
    expect(
      await warehouse.rows(`
        select rto_minutes, rpo_minutes from resiliency.objective_history
        where app_id = 1 order by version_id`),
    ).toEqual([
      ["30", "5"],
      ["20", "5"],
      ["20", null],
    ]);
  });

  it("keeps what was published of a day that lost its tests, through a full refresh", async () => {
    const project = editedProject();
    project.edit("dim_recovery_objectives", oldObjective, oldObjective.replace("30", "20"));
    project.edit(
      "dim_retracted_tests",
      "(null::bigint,",
      "(1, 'a mistake', 'Ada', date '2026-01-02'),\n    (null::bigint,",
    );
    const refresh = { fullRefresh: true };
    expect(notSuccessful(await project.run(warehouse.database, refresh))).toEqual([]);
    expect(await changes()).toEqual([
      ["rto_compliant", "true", "false"],
      ["rto_requirement_minutes", "30", "20"],
      ["rto_compliant", "false", null],
      ["rto_requirement_minutes", "20", null],
      ["total_tests", "1", null],
    ]);
    await expect(
      warehouse.database.query("delete from resiliency.metric_history"),
    ).rejects.toMatchObject({ error: { sqlstate: "23001" } });
  });

  it("says when all rows were compared last, once an audit has found nothing", async () => {
    const completeness = () =>
      warehouse.rows("select undecided_rows, days_since_audit from resiliency.completeness");
    expect(await completeness()).toEqual([["0", null]]);
    const audit = { tags: ["audit"] };
    expect(notSuccessful(await warehouse.run({}))).toEqual([]);
    expect(notSuccessful(await warehouse.run(audit, { audit: "true" }))).toEqual([]);
    expect(await completeness()).toEqual([["0", "0"]]);
    await warehouse.database.query(
      "update resiliency.fact_resiliency_metrics set total_duration_ms = 0",
    );
    await warehouse.run(audit, { audit: "true" });
    expect(await warehouse.value("select count(*) from resiliency.audits")).toBe("1");
    expect(
      await warehouse.value("select line from resiliency.weekly_summary where topic = 'audit'"),
    ).toMatch(/^- all rows were last compared on \d{4}-\d\d-\d\d$/);
  });
});
