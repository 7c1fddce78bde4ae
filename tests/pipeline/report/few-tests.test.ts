import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../../runner/database/open-database.ts";
import { listQueries } from "../../../site/read/list-queries.ts";
import { databaseNamed, servers } from "../../support/test-database.ts";
import { notSuccessful, openBuiltWarehouse, projectDir, type Warehouse } from "../warehouse.ts";
import { type ReportFolder, reportOf } from "./report-folder.ts";

const [server] = servers();
if (server === undefined) throw new Error("there is no server");

describe("the report of few tests", () => {
  let warehouse: Warehouse;
  let report: ReportFolder;

  beforeAll(async () => {
    warehouse = await openBuiltWarehouse(server);
    const { database } = warehouse;
    await database.query(
      "insert into resiliency.dim_applications (app_id, app_name) values (6, 'Search')",
    );
    await database.query(`
      insert into resiliency.raw_resiliency_tests
        (app_id, scenario_name, status, start_time, end_time, fault_at, is_recovered, recovered_at, source_system, ingested_at)
      values
        (6, 'CPU Spike', 'passed', '2026-03-01 10:00Z', '2026-03-01 10:05Z', '2026-03-01 10:00Z', true, '2026-03-01 10:01Z', 'drill', default),
        (4, 'CPU Spike', 'passed', '2026-03-01 10:00Z', '2026-03-01 10:05Z', '2026-03-01 10:00Z', true, '2026-03-01 10:01Z', 'drill', default),
        (1, 'CPU Spike', 'passed', now() - interval '1 hour', now() - interval '30 min', null, null, null, 'ahead', now() + interval '2 days')`);
    // Without the dimensions: an application that is no line of theirs would be taken away.
    const result = await warehouse.run({ tags: ["silver", "gold"] });
    expect(notSuccessful(result)).toEqual([]);
    const objectives = "resiliency.dim_recovery_objectives";
    await database.query(`update ${objectives} set valid_to = '2026-03-31' where app_id = 4`);
    await database.query(
      `insert into ${objectives} values (4, 240, 120, 99.99, '2026-04-01', null)`,
    );
    report = await reportOf(warehouse);
    return async () => {
      report.remove();
      await warehouse.drop();
    };
  });

  it("says of recoveries without an objective that there is none, and gives no share of them", () => {
    const page = report.read("application-6.html");
    expect(page).toContain("<p>no objective · ");
    expect(page).not.toContain("% in time");
    expect(report.read("application-4.html")).toContain("<p>100.0 % in time (");
  });

  it("names the objective that the error budget of the window is of", () => {
    const page = report.read("application-4.html");
    expect(page).toContain("SLO 99.5 %");
    expect(page).not.toContain("SLO 99.99 %");
  });

  it("knows the objectives of needed applications, and says what is of all, when it is of one", async () => {
    const one = await reportOf(warehouse, { app: "Order Management" });
    onTestFinished(one.remove);
    const needs = /<dt>Needs<\/dt><dd>(.*?)<\/dd>/s;
    const needed = needs.exec(one.read("application-3.html"))?.[1];
    expect(needed).toContain("(30 min)");
    expect(needed).toBe(needs.exec(report.read("application-3.html"))?.[1]);
    const of =
      "**The lines above are of all applications, the table is of Order Management alone.**";
    expect(one.read("weekly.md")).toContain(of);
    expect(report.read("weekly.md")).not.toContain("alone.**");
    const recounts = /<code>(select (?:sum|count)[^<]*);<\/code>/g;
    const told = [...one.read("index.html").matchAll(recounts)].map(([, sql]) => sql);
    expect(told).toHaveLength(5);
    for (const sql of told) expect(sql).toMatch(/ app_id = 3\b/);
    expect(report.read("index.html")).not.toMatch(/ app_id = 3\b/);
  });

  it("shows times in UTC, as it says, whatever the session has as its time zone and form of dates", async () => {
    const name = (await warehouse.value("select current_database()")) ?? "";
    const habits = { PGTZ: "Asia/Tokyo", PGDATESTYLE: "German" };
    const env = { DATABASE_URL: databaseNamed(server, name), ...habits };
    const database = await openDatabase({ projectDir, env });
    onTestFinished(() => database.close());
    const elsewhere = await reportOf({ database });
    onTestFinished(elsewhere.remove);
    for (const file of ["data/tests-of-4.csv", "data/window_metrics.csv"]) {
      expect(elsewhere.read(file), file).toBe(report.read(file));
    }
    expect(elsewhere.read("tests-of-4.html")).toContain("2026-03-01 10:00");
  });

  it("counts a row that claims to come from the future as a fault of a clock, and not as late", async () => {
    expect(
      await warehouse.rows(`
        select quarantined_rows, clock_fault_rows, late_rows
        from resiliency.data_quality where source_system = 'ahead'`),
    ).toEqual([["1", "1", "0"]]);
  });

  it("cuts the days in which findings were opened and closed by the clocks of the report", () => {
    const context = { of: (name: string) => name, today: "today", last: "last", days: 7 };
    const query = listQueries.findings({
      ...{ ...context, timeZone: "Asia/Tokyo", chosenApplications: undefined, withSamples: false },
    });
    expect(query).toContain("(closed_at at time zone 'Asia/Tokyo')::date >= last - 6");
    expect(query).toContain("(opened_at at time zone 'Asia/Tokyo')::date as opened_date");
  });
});
