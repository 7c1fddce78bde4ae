import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../runner/database/open-database.ts";
import { testProject } from "../../runner/test-project.ts";
import { createDatabase, servers } from "../support/test-database.ts";
import { projectDir } from "./warehouse.ts";

const stg = "definitions/silver/stg_resiliency_tests.sqlx";
const fact = "definitions/gold/fact_resiliency_metrics.sqlx";

describe.each(servers())("the unit tests of the warehouse on $name", (server) => {
  /** The names of the tests that fail for a project. */
  async function failing(folder: string): Promise<string[]> {
    const { url, drop } = await createDatabase(server);
    onTestFinished(drop);
    const open = () => openDatabase({ projectDir: folder, env: { DATABASE_URL: url } });
    const { tests } = await testProject({ projectDir: folder, openDatabase: open });
    expect(tests.length).toBeGreaterThan(3);
    return tests.filter(({ status }) => status !== "passed").map(({ name }) => name);
  }

  it("pass, in a database without the warehouse", async () => {
    expect(await failing(projectDir)).toEqual([]);
  });

  it.each([
    ["includes/scenarios.js", "lower(", "(", "stg_derived_columns_test"],
    ["includes/scenarios.js", "\\\\s+", "\\\\t+", "stg_derived_columns_test"],
    [stg, "duration_ms > 5 * 60000", "duration_ms >= 5 * 60000", "stg_derived_columns_test"],
    ["includes/calendar.js", "at time zone '", "at time zone 'Asia/", "stg_derived_columns_test"],
    [stg, "where not exists", "where exists", "stg_new_tests_only_test"],
    ["includes/metrics.js", "} > ${", "} >= ${", "fact_daily_metrics_test"],
    [
      fact,
      `"failed_duration_ms", "failed_tests"`,
      `"coalesce(failed_duration_ms, 0)", "total_tests"`,
      "fact_daily_metrics_test",
    ],
    [fact, `uniqueKey: ["app_id", "metric_date"],`, "", "fact_touched_days_test"],
    [
      fact,
      "staged_tests.test_id > (",
      "staged_tests.test_id >= 0 or 0 > (",
      "fact_touched_days_test",
    ],
  ])("notice when %s says %j no more", async (file, text, replacement, name) => {
    const folder = copyOfProject();
    const path = join(folder, file);
    const source = readFileSync(path, "utf8");
    expect(source).toContain(text);
    writeFileSync(path, source.replace(text, replacement));
    expect(await failing(folder)).toContain(name);
  });
});

function copyOfProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-warehouse-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ["dataform.json", "definitions", "includes", "unit_tests"]) {
    cpSync(join(projectDir, part), join(folder, part), { recursive: true });
  }
  return folder;
}
