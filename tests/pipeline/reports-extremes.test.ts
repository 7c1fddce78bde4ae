import { beforeEach, describe, expect, it } from "vitest";
import { compileProject } from "../support/compile-project.ts";
import { anyServer } from "../support/test-database.ts";
import { editedProject } from "./edited-project.ts";
import { notSuccessful, openBuiltWarehouse, projectDir, type Warehouse } from "./warehouse.ts";

const reports = ((await compileProject({ projectDir })).tables ?? [])
  .filter(({ fileName = "" }) => fileName.startsWith("definitions/reports/"))
  .map(({ target }) => target.name);

/** Loads tests of application 1; the columns that are not given stay empty. */
function insertion(columns: string, ...rows: string[]): string {
  return `insert into resiliency.raw_resiliency_tests (${columns}) values ${rows.join(", ")}`;
}

/** For what the reports say; that the checks pass is seen in other runs of this file. */
const unchecked = { assertions: false };
const timed = "app_id, scenario_name, status, start_time, end_time, fault_at, recovered_at";

describe.each(anyServer())("the reports of extreme data on $name", (server) => {
  let warehouse: Warehouse;
  const summary = () =>
    warehouse.rows("select line from resiliency.weekly_summary order by line_no");

  beforeEach(async () => {
    warehouse = await openBuiltWarehouse(server);
    return () => warehouse.drop();
  });

  /** Reads all rows and columns of every report. */
  async function readAll(): Promise<void> {
    expect(reports.length).toBeGreaterThan(20);
    for (const name of reports) await warehouse.rows(`select * from resiliency.${name}`);
  }

  it("say of an empty warehouse that there is nothing", async () => {
    await readAll();
    expect((await summary()).flat()).toEqual([
      "# Resiliency: no test so far",
      "- recovery time objective: 0 met, 0 breached, 0 undetermined",
      "- 0 tests did not recover while watched",
      "- 0 of 24 required tests are up to date, 24 never ran",
      "- 5 applications without a test this week",
      "- no open findings",
      "- 0 flaky and 0 regressed pairs",
      "- dependencies that may be back later than what needs them: 1",
      "- of 0 rows ever received: 0 quarantined, 0 duplicates, 0 unmapped",
    ]);
    expect(
      await warehouse.rows("select distinct tested_days from resiliency.rto_status_last_7_days"),
    ).toEqual([["0"]]);
  });

  it("know one test of one application, which nobody saw recover", async () => {
    await warehouse.database.query(
      insertion(
        "app_id, scenario_name, status, start_time, end_time, fault_at, is_recovered",
        "(1, 'CPU Spike', 'failed', '2026-01-05 10:00Z', '2026-01-05 11:00Z', '2026-01-05 10:00Z', false)",
      ),
    );
    expect(notSuccessful(await warehouse.run())).toEqual([]);
    await readAll();
    expect(
      await warehouse.rows(`
        select app_id, total_tests, failed_tests, pass_rate, pass_rate_low, recovered_tests,
          unrecovered_tests, mttr_minutes, p50_recovery_seconds, p95_recovery_seconds,
          longest_recovery_seconds, rto_compliance_pct, rto_missing_tests, rpo_compliance_pct,
          detected_tests, mean_detection_seconds, outage_seconds, availability_under_test_pct
        from resiliency.window_metrics where window_days = 7 and app_id < 3`),
    ).toEqual([
      [
        ...["1", "1", "1", "0.00000", "0.00000", "0", "1", null, "Infinity", null, null, "0.00000"],
        ...["0", null, "0", null, "50400", "91.66667"],
      ],
      [
        ...["2", "0", "0", null, null, "0", "0", null, null, null, null, null],
        ...["0", null, "0", null, null, null],
      ],
    ]);
    expect((await summary()).flat()).toContain(
      "- closest to a breach in 90 days: Payment Service / CPU Spike: 1 of 1 tests breached, one or more never recovered",
    );
  });

  it("count nothing where all results are made up and those are not to be counted", async () => {
    await warehouse.generate({ from: "2026-01-01", days: 2, testsPerDay: 50 });
    expect(notSuccessful(await warehouse.run({}, { includeSynthetic: "false" }))).toEqual([]);
    await readAll();
    expect((await summary())[0]).toEqual(["# Resiliency: no test so far"]);
    expect(await warehouse.value("select sum(synthetic_rows) from resiliency.data_quality")).toBe(
      "100",
    );
  });

  it("bear every time that PostgreSQL can hold", async () => {
    const times = [
      ...["-infinity", "infinity", "4713-01-01 00:00 BC", "294276-12-31 23:59:59"],
      ...["1970-01-01 00:00Z", "1999-12-31 23:59Z", "2100-01-01 00:00Z", "2199-12-31 23:59Z"],
    ];
    await warehouse.database.query(
      insertion(
        "app_id, status, start_time, end_time, ingested_at",
        ...times.flatMap((time) => [
          `(1, 'failed', '${time}', '${time}', '2026-01-05 10:00Z')`,
          `(1, 'failed', '2026-01-05 09:00Z', '${time}', '2026-01-05 10:00Z')`,
          `(1, 'failed', '2026-01-05 09:00Z', '2026-01-05 09:01Z', '${time}')`,
        ]),
      ),
    );
    const result = await warehouse.run();
    expect(notSuccessful(result)).toEqual([]);
    await readAll();
    expect(
      await warehouse.value(`
        select sum(received_rows) || ' ' || sum(late_rows) from resiliency.data_quality`),
    ).toBe("24 4");
  });

  it("bear five thousand scenario names and messages", async () => {
    await warehouse.database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, status, start_time, end_time, error_message)
      select 1, 'scenario ' || number, 'failed', '2026-01-05 09:00Z', '2026-01-05 09:10Z',
        'message ' || number
      from generate_series(1, 5000) as number`);
    await warehouse.run(unchecked);
    await readAll();
    expect(
      await warehouse.rows(`
        select scenario_id, total_tests, proxy_tests from resiliency.fact_scenario_metrics`),
    ).toEqual([["0", "5000", "5000"]]);
    expect(await warehouse.value("select count(*) from resiliency.scenario_names_received")).toBe(
      "5000",
    );
  });

  it("know days of 23 and 25 hours, and say the same in every session", async () => {
    await warehouse.database.query(
      insertion(
        timed,
        // 23:30 of the 7th in New York; the clock goes forward on the 8th, back on November 1
        "(1, 'CPU Spike', 'failed', '2026-03-08 04:30Z', '2026-03-08 05:00Z', '2026-03-08 04:30Z', '2026-03-08 05:00Z')",
        "(1, 'CPU Spike', 'passed', '2026-03-09 03:59Z', '2026-03-09 04:09Z', '2026-03-09 03:59Z', '2026-03-09 04:09Z')",
        "(1, 'CPU Spike', 'failed', '2026-11-02 04:59Z', '2026-11-02 05:09Z', '2026-11-02 04:59Z', '2026-11-02 05:09Z')",
      ),
    );
    const vars = { reportTimeZone: "America/New_York" };
    expect(notSuccessful(await warehouse.run({}, { ...vars, reportDate: "2026-03-08" }))).toEqual(
      [],
    );
    const windows = `
      select first_date, last_date, total_tests, outage_seconds, availability_under_test_pct
      from resiliency.window_metrics where app_id = 1 and window_days = 7`;
    // 30 minutes, and one until midnight, of 7 * 24 - 1 hours
    expect(await warehouse.rows(windows)).toEqual([
      ["2026-03-02", "2026-03-08", "2", "1860", "99.69062"],
    ]);
    await warehouse.run(unchecked, vars);
    expect(await warehouse.rows(windows)).toEqual([
      ["2026-10-26", "2026-11-01", "1", "60", "99.99014"],
    ]);
    await readAll();
    const elsewhere = await warehouse.database.transaction(async (session) => {
      await session.query("set local timezone to 'Asia/Tokyo'");
      await session.query("set local datestyle to 'SQL, DMY'");
      return (await session.query("select line from resiliency.weekly_summary order by line_no"))
        .rows;
    });
    expect(elsewhere).toEqual(await summary());
    expect(elsewhere.flat()).toEqual(
      expect.arrayContaining([
        "# Resiliency, 2026-10-26 to 2026-11-01",
        "- 1 open findings, the oldest since 2026-11-01",
      ]),
    );
  });

  it("count no test that is later than the day that they are made for", async () => {
    await warehouse.database.query(
      insertion(
        timed,
        ...[28, 29, 30, 31].map((day, index) => {
          const start = `'2026-03-${day} 10:00Z'`;
          const recovered = `${start}::timestamptz + ${index * 20 + 5} * interval '1 min'`;
          const end = `${start}::timestamptz + interval '2 h'`;
          const status = index === 2 ? "failed" : "passed";
          return `(1, 'CPU Spike', '${status}', ${start}, ${end}, ${start}, ${recovered})`;
        }),
      ),
    );
    await warehouse.run(unchecked, { reportDate: "2026-03-29" });
    const later = (name: string, day: string) =>
      warehouse.value(`select max(${day})::date from resiliency.${name}`);
    expect(await later("rto_evidence_register", "test_date")).toBe("2026-03-29");
    expect(await later("daily_uptime", "metric_date")).toBe("2026-03-29");
    expect(await later("passed_but_breached_tests", "start_time")).toBeNull();
    expect(await later("failed_and_breached_tests", "start_time")).toBeNull();
    expect(await later("failed_tests", "start_time")).toBeNull();
    expect(await later("findings", "opened_at")).toBeNull();
    expect(await later("flaky_and_regressed_pairs", "null::date")).toBeNull();
    expect(await later("scenario_names_received", "last_start_time")).toBe("2026-03-29");
    expect(
      await warehouse.rows(`
        select judged_tests, rto_used_pct from resiliency.rto_margin_ranking`),
    ).toEqual([["2", "83.33333"]]);
    expect(await warehouse.value("select total_tests from resiliency.mttr_by_scenario")).toBe("2");
    expect(await warehouse.value("select sum(total_tests) from resiliency.weekly_trend")).toBe("2");
    expect(await warehouse.value("select count(*) from resiliency.flaky_and_regressed_pairs")).toBe(
      "0",
    );
    await warehouse.run(unchecked);
    expect(await later("rto_evidence_register", "test_date")).toBe("2026-03-31");
    expect(
      await warehouse.value("select max(times_seen) from resiliency.failed_and_breached_tests"),
    ).toBe("2");
  });

  it("show the worst test of a pair with its own objective and time", async () => {
    const project = editedProject();
    project.edit(
      "dim_recovery_objectives",
      "(1, 30, 5, 99.95, '2000-01-01', null),",
      "(1, 30, 5, 99.95, '2000-01-01', '2026-02-28'), (1, 10, 5, 99.95, '2026-03-01', null),",
    );
    await warehouse.database.query(
      insertion(
        timed,
        "(1, 'CPU Spike', 'passed', '2026-02-15 10:00Z', '2026-02-15 11:00Z', '2026-02-15 10:00Z', '2026-02-15 10:20Z')",
        "(1, 'CPU Spike', 'passed', '2026-03-15 10:00Z', '2026-03-15 11:00Z', '2026-03-15 10:00Z', '2026-03-15 10:09Z')",
      ),
    );
    await project.run(warehouse.database, unchecked);
    expect(
      await warehouse.rows(`
        select worst_raw_test_id, worst_recovery_seconds, rto_minutes, rto_used_pct, rto_margin_pct
        from resiliency.rto_margin_ranking`),
    ).toEqual([["2", "540", "10", "90.00000", "10.00000"]]);
  });

  it("put the pair first that breaches more often, where none of several recovered", async () => {
    const start = "'2026-02-15 10:00Z', '2026-02-15 21:00Z', '2026-02-15 10:00Z'";
    await warehouse.database.query(
      insertion(
        "app_id, scenario_name, status, start_time, end_time, fault_at, recovered_at, is_recovered",
        `(1, 'CPU Spike', 'failed', ${start}, null, false)`,
        `(1, 'CPU Spike', 'passed', ${start}, '2026-02-15 10:01Z', true)`,
        `(2, 'CPU Spike', 'failed', ${start}, null, false)`,
        `(3, 'CPU Spike', 'failed', ${start}, null, false)`,
      ),
    );
    await warehouse.run(unchecked);
    expect(
      await warehouse.rows("select margin_rank, app_id from resiliency.rto_margin_ranking"),
    ).toEqual([
      ["1", "2"],
      ["1", "3"],
      ["3", "1"],
    ]);
  });

  it("use an SLO that is given as a whole number", async () => {
    const project = editedProject();
    for (const slo of ["99.95", "99.9", "99.9", "99.5", "99.0"]) {
      project.edit("dim_recovery_objectives", ` ${slo},`, " 99,");
    }
    await warehouse.database.query(
      insertion(
        timed,
        "(1, 'CPU Spike', 'failed', '2026-02-15 10:00Z', '2026-02-15 11:00Z', '2026-02-15 10:00Z', '2026-02-15 10:10Z')",
      ),
    );
    await project.run(warehouse.database, unchecked);
    // 10 minutes of the 100.8 that 1 % of a week is
    expect(
      await warehouse.value(`
        select error_budget_used_pct from resiliency.window_metrics
        where app_id = 1 and window_days = 7`),
    ).toBe("9.92063");
  });

  it("judge tests of the same moment in the order of bronze, also after a full refresh", async () => {
    const start = "'2026-02-15 10:00Z', '2026-02-15 11:00Z', '2026-02-15 10:00Z'";
    await warehouse.database.query(
      insertion(
        "app_id, app_name, scenario_name, status, start_time, end_time, fault_at, is_recovered",
        `(null, 'till', 'CPU Spike', 'failed', ${start}, false)`,
        `(1, null, 'CPU Spike', 'passed', ${start}, null)`,
      ),
    );
    await warehouse.run(unchecked);
    const project = editedProject();
    project.edit(
      "dim_application_names",
      "('payments', 1,",
      "('till', 1, false, null), ('payments', 1,",
    );
    await project.run(warehouse.database, unchecked);
    const told = async () => [
      await warehouse.rows(
        "select raw_test_id, status from resiliency.rto_evidence_register where test_date is not null",
      ),
      await warehouse.rows(
        "select state, opened_by_raw_test_id, closed_by_raw_test_id from resiliency.findings",
      ),
      await warehouse.rows("select outcome_changes from resiliency.flaky_and_regressed_pairs"),
    ];
    const grown = await told();
    expect(grown).toEqual([[["2", "passed"]], [["closed", "1", "2"]], [["1"]]]);
    await project.run(warehouse.database, { ...unchecked, fullRefresh: true });
    expect(await told()).toEqual(grown);
  });
});
