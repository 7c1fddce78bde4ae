import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "../../runner/database/database.ts";
import { RunnerError } from "../../runner/errors.ts";

const needed = [
  "raw_resiliency_tests",
  "raw_outages",
  "stg_received_tests",
  "stg_received_outages",
];

/**
 * Makes the tables that results go to, and the views that judge them, when they are not there yet:
 * by the project in `projectDir`. Throws a `USAGE` error when that is not the warehouse's project.
 */
export async function prepareWarehouse(
  projectDir: string,
  database: Database,
  signal: AbortSignal,
): Promise<void> {
  const result = await database.query(
    `select name from unnest($1::text[]) as name where to_regclass('resiliency.' || name) is null`,
    [`{${needed.join(",")}}`],
  );
  const missing = result.rows.map(([name]) => name ?? "");
  if (missing.length === 0) return;
  if (!existsSync(join(projectDir, "definitions", "bronze", "raw_resiliency_tests.sqlx"))) {
    throw new RunnerError("USAGE", `the database has no ${missing.join(", ")}`, {
      hint: "Run this in the folder of the warehouse's project, or run that project once: npx dataform run.",
    });
  }
  // most commands find the tables, and start sooner without what makes them
  const { prepareBronze } = await import("../../warehouse/bronze.ts");
  await prepareBronze(projectDir, database, signal, missing);
}
