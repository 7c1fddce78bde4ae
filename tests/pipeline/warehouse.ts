import { dirname } from "node:path";
import { type GenerateSettings, generateDays } from "../../generator/generate-days.ts";
import type { Database } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import type { RunConfig } from "../../runner/plan/run-config.ts";
import type { ActionResult, RunResult } from "../../runner/results/run-result.ts";
import { prepareBronze } from "../../warehouse/bronze.ts";
import { compileOnce } from "../support/compile-once.ts";
import { runProject } from "../support/run-project.ts";
import { templateDatabase } from "../support/template-database.ts";
import { createDatabase, type TestDatabase, type TestServer } from "../support/test-database.ts";

/** The repository, which is the Dataform project. */
export const projectDir = dirname(dirname(import.meta.dirname));

/** A test result as inserted by a loader that does not know this project. */
export interface InsertedTest {
  appId?: number;
  scenarioName?: string | null;
  startTime: string;
  durationMs?: number;
  status?: "passed" | "failed";
}

/** The project on a database of its own, with an empty bronze table. */
export interface Warehouse {
  database: Database;
  /** Runs the project, or a part of it, with the project's variables or others. */
  run(config?: RunConfig, vars?: Record<string, string>): Promise<RunResult>;
  generate(settings: Pick<GenerateSettings, "from" | "days" | "testsPerDay">): Promise<number>;
  /** Plain INSERTs of the original's columns; created_at is the end of the test. */
  insert(...tests: InsertedTest[]): Promise<void>;
  /** Rows of a query in PostgreSQL's text form. */
  rows(sql: string): Promise<(string | null)[][]>;
  /** The only value of a query. */
  value(sql: string): Promise<string | null>;
  /** Rows of a query as objects. */
  objects(sql: string): Promise<Record<string, string | null>[]>;
  drop(): Promise<void>;
}

/** Makes an empty database on the server and the bronze table in it, or a copy of a filled one. */
export async function openWarehouse(
  server: TestServer,
  filled?: Pick<TestDatabase, "url">,
): Promise<Warehouse> {
  const made = await createDatabase(server, filled?.url ?? (await bronzeOf(server)));
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: made.url } });
  return warehouseIn(database, made);
}

/**
 * Fills a warehouse once for many tests that begin with the same rows; it leaves no connection open.
 */
export async function filledWarehouse(
  server: TestServer,
  fill: (warehouse: Warehouse) => Promise<unknown>,
): Promise<TestDatabase> {
  const made = await createDatabase(server, await bronzeOf(server));
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: made.url } });
  await fill(warehouseIn(database, made));
  await database.close();
  return made;
}

/** A copy of a warehouse in which the whole project has run once, on the empty bronze table. */
export async function openBuiltWarehouse(server: TestServer): Promise<Warehouse> {
  project ??= compileOnce({ projectDir }).then((graph) => JSON.stringify(graph));
  const url = await templateDatabase(server, `built ${await project}`, async (url) => {
    const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
    const { status } = await runProject({ projectDir, database });
    await database.close();
    if (status !== "successful") throw new Error(`the run on an empty bronze table: ${status}`);
  });
  return openWarehouse(server, { url });
}

let project: Promise<string> | undefined;

/** A database with the empty bronze table alone, to copy. */
async function bronzeOf(server: TestServer): Promise<string> {
  project ??= compileOnce({ projectDir }).then((graph) => JSON.stringify(graph));
  return templateDatabase(server, await project, async (url) => {
    const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
    await prepareBronze(projectDir, database);
    await database.close();
  });
}

function warehouseIn(database: Database, { drop }: TestDatabase): Warehouse {
  const rows = async (sql: string) => (await database.query(sql)).rows;
  return {
    database,
    run: (runConfig = {}, vars = {}) =>
      runProject({ projectDir, database, runConfig, overrides: { vars } }),
    generate: async (settings) => {
      const days = await generateDays(database, { seed: 42, ...settings });
      return days.reduce((sum, { added }) => sum + added, 0);
    },
    insert: async (...tests) => {
      for (const test of tests) await insertTest(database, test);
    },
    rows,
    value: async (sql) => (await rows(sql))[0]?.[0] ?? null,
    objects: async (sql) => {
      const result = await database.query(sql);
      return result.rows.map((row) =>
        Object.fromEntries(result.columns.map(({ name }, index) => [name, row[index] ?? null])),
      );
    },
    drop: async () => {
      await database.close();
      await drop();
    },
  };
}

const metricColumns = `
    total_tests, passed_tests, failed_tests, uptime_percentage, avg_duration_ms, mttr_minutes,
    rto_compliant, (extract(epoch from created_at) * 1000)::bigint as created_at_ms,
    max_duration_ms, rto_breached_tests, rto_requirement_minutes, rto_met_tests,
    rto_undetermined_tests, rto_missing_tests, rto_compliance_pct, pass_rate_low,
    recovered_tests, unrecovered_tests, p50_recovery_seconds, p95_recovery_seconds,
    p99_recovery_seconds, worst_recovery_seconds, longest_recovery_seconds, detected_tests,
    mean_detection_seconds, rpo_met_tests, rpo_breached_tests, rpo_compliance_pct,
    worst_data_loss_seconds, proxy_tests, synthetic_tests, total_duration_ms,
    total_recovery_seconds, total_detection_seconds, report_time_zone, includes_synthetic`;

/** Gold without published_at, in the order and the text form of `expectedMetrics`. */
export const goldQuery = `
  select metric_id, app_id, metric_date, ${metricColumns}
  from resiliency.fact_resiliency_metrics
  order by metric_id`;

/** Gold by scenario, in the order and the text form of `expectedScenarioMetrics`. */
export const scenarioGoldQuery = `
  select app_id, scenario_id, metric_date, ${metricColumns}
  from resiliency.fact_scenario_metrics
  order by app_id, scenario_id, metric_date`;

/** How the action of that name ended; fails when it was no part of the run. */
export function actionOf(result: RunResult, name: string): ActionResult {
  const action = result.actions.find(({ target }) => target.name === name);
  if (!action) throw new Error(`${name} was no part of the run`);
  return action;
}

/** Names of the actions that ended otherwise than well; disabled ones had no reason to run. */
export function notSuccessful(result: RunResult): string[] {
  return result.actions
    .filter(({ status }) => status !== "successful" && status !== "disabled")
    .map(({ target, status }) => `${target.name} ${status}`)
    .sort();
}

async function insertTest(database: Database, test: InsertedTest): Promise<void> {
  const { appId = 1, startTime, durationMs = 1_000, status = "passed" } = test;
  const scenarioName = test.scenarioName === undefined ? "CPU Spike" : test.scenarioName;
  await database.query(
    `insert into resiliency.raw_resiliency_tests
      (app_id, scenario_name, scenario_id, start_time, end_time, duration_ms, status,
        error_message, metadata_json, created_at)
    values ($1::int, $2, null, $3::timestamptz, $3::timestamptz + $4::bigint * interval '1 ms',
      $4::bigint, $5, null, null, $3::timestamptz + $4::bigint * interval '1 ms')`,
    [appId, scenarioName, startTime, durationMs, status],
  );
}
