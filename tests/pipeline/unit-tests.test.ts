// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the includes are full of them
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../runner/database/open-database.ts";
import { testProject } from "../../runner/test-project.ts";
import { compilerInThisWorker } from "../support/compiler-stand-in.ts";
import { anyServer, createDatabase, serversByVersion } from "../support/test-database.ts";
import { projectDir } from "./warehouse.ts";

const received = "definitions/silver/stg_received_tests.sqlx";
const results = "definitions/silver/stg_test_results.sqlx";
const stg = "definitions/silver/stg_resiliency_tests.sqlx";
const byScenario = "definitions/gold/fact_scenario_metrics.sqlx";
const reported = "definitions/gold/reported_tests.sqlx";
const findings = "definitions/reports/findings.sqlx";
const dependencies = "definitions/reports/dependencies_with_longer_rto.sqlx";

/** The names of the tests that fail for a project, of all or of those named. */
async function failing(url: string, folder: string, actions: string[] = []): Promise<string[]> {
  const open = () => openDatabase({ projectDir: folder, env: { DATABASE_URL: url } });
  const child = compilerInThisWorker(folder);
  const { tests } = await testProject({ projectDir: folder, openDatabase: open, actions, child });
  expect(tests.length).toBeGreaterThan(actions.length > 0 ? 0 : 3);
  return tests.filter(({ status }) => status !== "passed").map(({ name }) => name);
}

describe.each(serversByVersion())("the unit tests of the warehouse on $name", (server) => {
  it("pass, in a database without the warehouse", async () => {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    expect(await failing(url, projectDir)).toEqual([]);
  });
});

// The unit tests pass on every version, so one version is enough to find an error in a changed model.
describe.each(anyServer())("the unit tests of the warehouse, on $name,", (server) => {
  let url: string;

  beforeAll(async () => {
    const database = await createDatabase(server);
    url = database.url;
    return database.drop;
  });

  it.each([
    ["includes/scenarios.js", "lower(", "(", "stg_received_names_test"],
    ["includes/scenarios.js", "\\\\s+", "\\\\t+", "stg_received_names_test"],
    ["includes/outcomes.js", '"failure"', '"no failure"', "stg_received_names_test"],
    ["includes/received.js", "5 minutes", "4 minutes", "stg_received_times_test"],
    ["includes/received.js", "2000-01-01", "2000-01-02", "stg_received_times_test"],
    ["includes/received.js", "mismatchMs: 2000", "mismatchMs: 1999", "stg_received_times_test"],
    ["includes/received.js", "mismatchShare: 0.01", "mismatchShare: 0", "stg_received_times_test"],
    ["includes/received.js", "36525 * 86_400_000", "1e40", "stg_received_times_test"],
    [received, "when timed_tests.outcome != 'running'", "when true", "stg_received_times_test"],
    ["includes/scenarios.js", "${row}.priority", "-${row}.priority", "stg_received_names_test"],
    ["includes/scenarios.js", "${row}.${meaning}", "-${row}.${meaning}", "stg_received_names_test"],
    [
      "includes/scenarios.js",
      "normalised_name, preference",
      "normalised_name, preference desc",
      "stg_received_names_test",
    ],
    [
      received,
      "when received_tests.app_id is not null then dim_applications.app_id",
      "when dim_applications.app_id is not null then dim_applications.app_id",
      "stg_received_names_test",
    ],
    [received, "mapped_tests.is_recovered,", "null,", "stg_received_recovery_test"],
    [
      received,
      "greatest(judged_tests.last_time, judged_tests.recovered_at)",
      "judged_tests.last_time",
      "stg_received_recovery_test",
    ],
    [results, "outcome = 'running', arrived_at", "arrived_at", "stg_versions_test"],
    [results, "source_key, reason_not_to_count is null", "source_key", "stg_versions_test"],
    [results, "raw_test_id desc", "raw_test_id", "stg_versions_test"],
    [results, "arrived_at desc", "ingested_at desc", "stg_versions_test"],
    [results, "then 'doubled_id' end", "then null end", "stg_versions_test"],
    [received, "then 'future_arrival'", "then null", "stg_received_identity_test"],
    [
      received,
      "> timed_tests.arrived_at",
      "> timed_tests.received_at",
      "stg_received_identity_test",
    ],
    ["includes/received.js", "then lower(", "then (", "stg_received_identity_test"],
    ["includes/received.js", "when is_synthetic", "when false", "stg_received_identity_test"],
    [
      received,
      "coalesce(mapped_tests.fault_at, mapped_tests.start_time) as",
      "mapped_tests.start_time as",
      "stg_received_recovery_test",
    ],
    [received, "coalesce(mapped_tests.is_recovered, true)", "true", "stg_received_recovery_test"],
    [
      received,
      "num_nonnulls(judged_tests.fault_at, judged_tests.detected_at) > 0",
      "false",
      "stg_received_recovery_test",
    ],
    [
      "includes/calendar.js",
      "at time zone $",
      "at time zone 'Asia/Tokyo' || $",
      "stg_verdicts_test",
    ],
    [stg, "duration_ms > 5 * 60000", "duration_ms >= 5 * 60000", "stg_verdicts_test"],
    [stg, "disposition = 'staged'", "disposition != 'quarantined'", "stg_verdicts_test"],
    [stg, "disposition = 'staged'", "disposition != 'x'", "stg_changed_results_only_test"],
    [
      "includes/objectives.js",
      "recovery_seconds <= $",
      "recovery_seconds < $",
      "stg_verdicts_test",
    ],
    ["includes/objectives.js", "not ${test}.is_recovered and", "", "stg_verdicts_test"],
    [
      "includes/objectives.js",
      "between ${objective}.valid_from",
      "between '1000-01-01'",
      "stg_verdicts_test",
    ],
    ["includes/metrics.js", "1.96 * sqrt", "1.97 * sqrt", "fact_daily_metrics_test"],
    ["includes/metrics.js", "60.0 * nullif", "60.1 * nullif", "fact_daily_metrics_test"],
    ["includes/daily.js", "< 'Infinity')", "<= 'Infinity')", "fact_daily_metrics_test"],
    [
      "includes/daily.js",
      "when rto_met_tests + rto_breached_tests > 0 then",
      "when true then",
      "fact_daily_metrics_test",
    ],
    [reported, "and stg_resiliency_tests.status = 'passed'", "", "reported_recoveries_test"],
    [reported, "not stg_resiliency_tests.is_recovered", "false", "reported_recoveries_test"],
    [
      dependencies,
      "needed.rto_minutes > callers",
      "needed.rto_minutes >= callers",
      "dependencies_with_longer_rto_test",
    ],
    [
      dependencies,
      "cardinality(ways.way), ways",
      "cardinality(ways.way) desc, ways",
      "dependencies_with_longer_rto_test",
    ],
    [
      dependencies,
      "when needed.rto_minutes is null then 'dependency_without_objective'",
      "",
      "dependencies_with_longer_rto_test",
    ],
    [
      dependencies,
      "      ways.reason,",
      "dependencies_of_day.reason,",
      "dependencies_with_longer_rto_test",
    ],
    [findings, "when grouped_tests.bad_tests > 1", "when false", "findings_states_test"],
    [findings, "or reported_tests.rto_result = 'breached'", "", "findings_states_test"],
    [
      byScenario,
      '"app_id", "scenario_id", "test_date"',
      '"app_id", "test_date"',
      "fact_moved_scenario_test",
    ],
    [
      "includes/daily.js",
      "select app_id, test_date from pg_temp",
      "select app_id, test_date + 1 from pg_temp",
      "fact_changed_days_test",
    ],
  ])("notice when %s says %j no more", async (file, text, replacement, name) => {
    const folder = copyOfProject(file, name);
    const path = join(folder, file);
    const source = readFileSync(path, "utf8");
    expect(source).toContain(text);
    writeFileSync(path, source.replace(text, replacement));
    expect(await failing(url, folder, [name])).toEqual([name]);
  });
});

/** The project with that unit test alone, and without the reports when it is not about them. */
function copyOfProject(file: string, unitTest: string): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-warehouse-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const isNeeded = (path: string) => {
    const [part, room] = relative(projectDir, path).split("/");
    return (
      part !== "definitions" || !isAbove.test(room ?? "") || file.startsWith(`${part}/${room}`)
    );
  };
  for (const part of ["dataform.json", "definitions", "includes", `unit_tests/${unitTest}.sqlx`]) {
    cpSync(join(projectDir, part), join(folder, part), { recursive: true, filter: isNeeded });
  }
  return folder;
}

const isAbove = /^(?:reports|assertions)$/;
