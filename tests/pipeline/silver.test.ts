import { beforeEach, describe, expect, it } from "vitest";
import { anyServer } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import { lastChangedDays, silverState, watchDays } from "./silver-state.ts";
import {
  actionOf,
  notSuccessful,
  openBuiltWarehouse,
  openWarehouse,
  type Warehouse,
} from "./warehouse.ts";

/** All that silver is made of, with its checks. */
const checked = { tags: ["dimensions", "bronze", "silver"] };
/** The tables alone. */
const silver = { tags: ["bronze", "silver"], assertions: false };
/** Also those that an edited project makes otherwise. */
const edited = { ...checked, assertions: false };

describe.each(anyServer())("silver on $name", (server) => {
  let warehouse: Warehouse;

  beforeEach(async () => {
    warehouse = await openBuiltWarehouse(server);
    return () => warehouse.drop();
  });

  /** In place of the built one: the next run makes every table. */
  const beginEmpty = async () => {
    await warehouse.drop();
    warehouse = await openWarehouse(server);
  };

  const decisions = () =>
    warehouse.rows(`
      select raw_test_id, disposition, reason, superseded_by, app_id, scenario_id
      from resiliency.stg_test_results order by raw_test_id`);
  const staged = (columns: string) =>
    warehouse.rows(`select ${columns} from resiliency.stg_resiliency_tests order by raw_test_id`);
  const insert = (columns: string, values: string) =>
    warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests (start_time, duration_ms, status, ${columns})
      values ('2026-01-01 10:00Z', 60000, 'passed', ${values})`);
  /** Waits for transactions of other tests on the server, which keep the bound below the rows. */
  const untilBoundPasses = () =>
    expect
      .poll(() =>
        warehouse.value(`
          select coalesce(max(ingested_xid), '0') < pg_snapshot_xmin(pg_current_snapshot())
          from resiliency.raw_resiliency_tests`),
      )
      .toBe("t");
  const rowVersions = () =>
    warehouse.rows(`
      select raw_test_id, xmin from resiliency.stg_test_results
      union all select -raw_test_id, xmin from resiliency.stg_resiliency_tests order by 1`);

  it("decides every row of bronze: what cannot be used is named and holds nothing back", async () => {
    await beginEmpty();
    await insert("app_id, scenario_name", "1, 'CPU Spike'");
    await insert("app_id, scenario_name, end_time", "1, 'CPU Spike', '2026-01-01 09:00Z'");
    await insert("app_id, scenario_name", "99, 'CPU Spike'");
    await warehouse.database.query("insert into resiliency.raw_resiliency_tests default values");
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    // times at the end of what PostgreSQL knows stop nothing either
    for (const arrival of ["infinity", "-infinity", "294276-12-31 23:59Z", "4713-01-01 BC"]) {
      await insert("app_id, ingested_at, end_time", `1, '${arrival}', 'infinity'`);
    }
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    expect(await decisions()).toEqual([
      ["1", "staged", null, null, "1", "5"],
      ["2", "quarantined", "impossible_time", null, "1", "5"],
      ["3", "quarantined", "unknown_application", null, null, "5"],
      ["4", "quarantined", "bad_status", null, null, "0"],
      ...["5", "6", "7", "8"].map((id) => [id, "quarantined", "impossible_time", null, "1", "0"]),
    ]);
    expect(
      await warehouse.rows(`
        select raw_test_id, reason, app_id, scenario_name, duration_ms
        from resiliency.stg_quarantined_tests where raw_test_id < 5 order by 1`),
    ).toEqual([
      ["2", "impossible_time", "1", "CPU Spike", "60000"],
      ["3", "unknown_application", "99", "CPU Spike", "60000"],
      ["4", "bad_status", null, null, null],
    ]);
  });

  it("counts a correction instead of what it corrects, and the same content without a name once", async () => {
    await insert("app_id, source_run_id", "1, 'r1'");
    await insert("app_id, error_message", "2, 'same'");
    await warehouse.run(silver);
    await insert("app_id, source_run_id, error_message", "1, 'r1', 'corrected'");
    await insert("app_id, error_message", "2, 'same'");
    // another source may use the same name
    await insert("app_id, source_run_id, source_system", "1, 'r1', 'drills'");
    await insert("app_id, error_message, source_system", "2, 'same', 'drills'");
    await warehouse.run(silver);
    expect(await staged("raw_test_id, source_system, error_message")).toEqual([
      ["3", "manual", "corrected"],
      ["4", "manual", "same"],
      ["5", "drills", null],
      ["6", "drills", "same"],
    ]);
    expect(
      await warehouse.rows(`
        select raw_test_id, superseded_by, is_replay from resiliency.stg_duplicate_tests order by 1`),
    ).toEqual([
      ["1", "3", "f"],
      ["2", "4", "t"],
    ]);
  });

  it("knows the same content by every column that a source fills, whatever it is written like", async () => {
    await insert("app_id, metadata_json, data_loss_seconds", `1, '{"a": 1, "b": 2}', 1.50`);
    await insert("app_id, metadata_json, data_loss_seconds", `1, '{"b": 2, "a": 1}', 1.5`);
    await insert("app_id, metadata_json, data_loss_seconds", `1, '{"a": 1, "b": 3}', 1.5`);
    await insert(
      "app_id, metadata_json, data_loss_seconds, raw_payload",
      `1, '{"a": 1, "b": 3}', 1.5, 'x'`,
    );
    await warehouse.run(silver);
    expect((await decisions()).map(([, disposition]) => disposition)).toEqual([
      "duplicate",
      "staged",
      "staged",
      "staged",
    ]);
  });

  it("changes no row when nothing is new", async () => {
    await insert("app_id", "1");
    await insert("app_id", "99");
    await warehouse.run(silver);
    const before = await rowVersions();
    await warehouse.run(silver);
    expect(await rowVersions()).toEqual(before);
    expect(before.length).toBe(3);
  });

  it("decides again by an edited alias, and leaves alone what it says nothing of", async () => {
    await insert("app_id, scenario_name", "1, 'Chaos Gorilla'");
    await insert("app_id, scenario_name", "1, 'CPU Spike'");
    await insert("app_name, scenario_name", "'billing', 'CPU Spike'");
    await warehouse.run(silver);
    expect(
      await warehouse.rows(
        "select scenario_name, total_tests from resiliency.stg_unmapped_scenarios",
      ),
    ).toEqual([["Chaos Gorilla", "1"]]);
    const before = await rowVersions();
    const project = editedProject();
    project.edit("dim_scenario_aliases", "('oom',", "('chaos gorilla', 2, false, null), ('oom',");
    project.edit("dim_application_names", "('auth',", "('billing', 1, false, null), ('auth',");
    await project.run(warehouse.database, edited);
    expect(await staged("raw_test_id, scenario_id")).toEqual([
      ["1", "2"],
      ["2", "5"],
      ["3", "5"],
    ]);
    const unchanged = (versions: (string | null)[][]) =>
      versions.filter(([id]) => id === "2" || id === "-2");
    expect(unchanged(await rowVersions())).toEqual(unchanged(before));
    const grown = await silverState(warehouse);
    await project.run(warehouse.database, { ...edited, fullRefresh: true });
    expect(await silverState(warehouse)).toEqual(grown);
  });

  it("takes a row back that is retracted, and the version before it counts again", async () => {
    await insert("app_id, source_run_id", "1, 'r1'");
    await insert("app_id, source_run_id", "2, 'r1'");
    await warehouse.run(silver);
    expect(await staged("raw_test_id, app_id")).toEqual([["2", "2"]]);
    await watchDays(warehouse);
    const project = editedProject();
    project.edit(
      "dim_retracted_tests",
      "(null::bigint,",
      "(2, 'a drill of the drill', 'Ada', date '2026-01-02'),\n    (null::bigint,",
    );
    await project.run(warehouse.database, edited);
    expect(await decisions()).toEqual([
      ["1", "staged", null, null, "1", "0"],
      ["2", "quarantined", "retracted", null, "2", "0"],
    ]);
    expect(await staged("raw_test_id, app_id")).toEqual([["1", "1"]]);
    expect(await lastChangedDays(warehouse)).toEqual([
      ["1", "2026-01-01"],
      ["2", "2026-01-01"],
    ]);
  });

  it("judges a test by the objective of its day: a new one changes no past verdict", async () => {
    await warehouse.insert(
      { startTime: "2026-01-31T23:59:59Z", durationMs: 25 * 60_000 },
      { startTime: "2026-02-01T00:00:00Z", durationMs: 25 * 60_000 },
    );
    await warehouse.run(silver);
    expect(await staged("rto_minutes, rto_result")).toEqual([
      ["30", "met"],
      ["30", "met"],
    ]);
    const before = await rowVersions();
    await watchDays(warehouse);
    const project = editedProject();
    project.edit(
      "dim_recovery_objectives",
      "(1, 30, 5, 99.95, '2000-01-01', null),",
      "(1, 30, 5, 99.95, '2000-01-01', '2026-01-31'), (1, 20, 5, 99.95, '2026-02-01', null),",
    );
    await project.run(warehouse.database, edited);
    expect(await staged("rto_minutes, rto_result")).toEqual([
      ["30", "met"],
      ["20", "breached"],
    ]);
    const changed = (await rowVersions()).filter(
      ([id, xmin]) => !before.some((row) => row[0] === id && row[1] === xmin),
    );
    expect(changed.map(([id]) => id)).toEqual(["-2"]);
    expect(await lastChangedDays(warehouse)).toEqual([["1", "2026-02-01"]]);
  });

  it("moves tests to other days when the report time zone changes, and touches both", async () => {
    await warehouse.insert({ startTime: "2026-07-01T23:30:00Z" });
    await warehouse.run(silver);
    await watchDays(warehouse);
    await warehouse.run(silver, { reportTimeZone: "Europe/London" });
    expect(await staged("test_date, test_hour")).toEqual([["2026-07-02", "0"]]);
    expect(await lastChangedDays(warehouse)).toEqual([
      ["1", "2026-07-01"],
      ["1", "2026-07-02"],
    ]);
  });

  it("stages a visible result at once, though a transaction is in flight, and that one's later", async () => {
    await warehouse.run(silver);
    await warehouse.database.transaction(async (session) => {
      await session.query(`
        insert into resiliency.raw_resiliency_tests (app_id, start_time, duration_ms, status)
        values (1, '2026-01-01 10:00Z', 1000, 'passed')`);
      await insert("app_id", "2");
      await warehouse.run(silver);
      expect(await staged("raw_test_id")).toEqual([["2"]]);
    });
    await insert("app_id", "3");
    await warehouse.run(silver);
    expect(await staged("raw_test_id, test_id")).toEqual([
      ["1", expect.anything()],
      ["2", "1"],
      ["3", expect.anything()],
    ]);
  });

  it("reads everything again in another cluster, whose transactions lag behind", async () => {
    await insert("app_id", "1");
    await warehouse.run(silver);
    await warehouse.database.query(
      "update dataform_postgres.followers set cluster = '1', snapshot = '9000000000:9000000000:'",
    );
    await insert("app_id", "2");
    await warehouse.run(silver);
    expect(await staged("raw_test_id")).toEqual([["1"], ["2"]]);
    await insert("app_id", "3");
    await warehouse.run(silver);
    expect(await staged("raw_test_id")).toEqual([["1"], ["2"], ["3"]]);
  });

  it("raises the alarm in an audit when a staged test was lost long ago", async () => {
    await insert("app_id", "1");
    await insert("app_id", "2");
    await untilBoundPasses();
    await warehouse.run(silver);
    await warehouse.database.query(
      "delete from resiliency.stg_resiliency_tests where raw_test_id = 1",
    );
    await insert("app_id", "3");
    expect(notSuccessful(await warehouse.run(checked))).toEqual([]);
    const result = await warehouse.run({ tags: ["audit"] }, { audit: "true" });
    expect(result.status).toBe("failed");
    expect(actionOf(result, "bronze_rows_do_not_reconcile").tasks[0]?.assertion).toMatchObject({
      failingRows: 1,
      sample: [{ source_system: "manual", bronze_rows: "3" }],
    });
  });

  it("raises the alarm in an audit when a staged test says something else than bronze", async () => {
    await insert("app_id", "1");
    await warehouse.run(silver);
    await warehouse.database.query(
      "update resiliency.stg_resiliency_tests set duration_ms = duration_ms + 1",
    );
    const result = await warehouse.run({ tags: ["audit"] }, { audit: "true" });
    expect(actionOf(result, "staged_tests_differ_from_raw").tasks[0]?.assertion).toMatchObject({
      failingRows: 1,
    });
  });

  it.each([
    [
      "new_rows_do_not_reconcile",
      "delete from resiliency.stg_resiliency_tests where raw_test_id = 2",
      { raw_test_id: "2", problem: "staged, but not staged" },
    ],
    [
      "new_rows_do_not_reconcile",
      "update resiliency.stg_test_results set disposition = 'not_conclusive' where raw_test_id = 2",
      { raw_test_id: "2", problem: "not_conclusive, but staged" },
    ],
    [
      "new_tests_differ_from_raw",
      "update resiliency.stg_resiliency_tests set status = 'failed' where raw_test_id = 2",
      { raw_test_id: "2", is_missing_in_raw: "f" },
    ],
  ])("is checked for what the last run did: %s after %s", async (assertion, statement, row) => {
    await insert("app_id", "3");
    await warehouse.run(silver);
    await insert("app_id", "1");
    await insert("app_id", "2");
    await warehouse.run(silver);
    await warehouse.database.query(statement);
    const result = await warehouse.run({ actions: [assertion] });
    expect(actionOf(result, assertion).tasks[0]?.assertion).toMatchObject({
      failingRows: 1,
      sample: [row],
    });
  });

  it("is checked for all rows when the last run decided all of them", async () => {
    await beginEmpty();
    await insert("app_id", "1");
    await insert("app_id", "2");
    await warehouse.run(edited);
    await warehouse.database.query(
      "delete from resiliency.stg_resiliency_tests where raw_test_id = 1",
    );
    const result = await warehouse.run({ actions: ["new_rows_do_not_reconcile"] });
    expect(actionOf(result, "new_rows_do_not_reconcile").tasks[0]?.assertion).toMatchObject({
      sample: [{ problem: "2 to be staged, but 1 are" }],
    });
  });

  it("warns of a source whose volume, names or quality are unusual, and goes on", async () => {
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, start_time, duration_ms, status, ingested_at, source_run_id)
      select
        case when day < 20 or number > 3 then 1 else 99 end,
        case when day < 20 or number < 26 then 'CPU Spike' else 'unheard of' end,
        '2026-01-01'::timestamptz, 1000, 'passed',
        '2026-01-01 12:00Z'::timestamptz + day * interval '1 day', day || ' ' || number
      from generate_series(1, 22) as day
      cross join generate_series(1, case when day = 21 then 30 when day = 22 then 1 else 10 end)
        as number`);
    const result = await warehouse.run(checked);
    expect(notSuccessful(result)).toEqual([]);
    const found = (name: string) => actionOf(result, name).tasks[0]?.assertion;
    expect(found("arrivals_of_unusual_volume")).toMatchObject({
      failingRows: 1,
      sample: [{ arrival_date: "2026-01-22", arrived_rows: "30", usual_rows: "10.0" }],
    });
    expect(found("many_unmapped_scenarios")?.sample).toEqual([
      expect.objectContaining({ arrival_date: "2026-01-22", unmapped_percent: "18.5" }),
    ]);
    expect(found("many_quarantined_rows")?.sample).toEqual([
      expect.objectContaining({ arrival_date: "2026-01-22", quarantined_percent: "10.0" }),
    ]);
  });
});
