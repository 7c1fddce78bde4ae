import { findProject } from "../runner/compile/find-project.ts";
import type { Database } from "../runner/database/database.ts";
import {
  type OpenDatabaseOptions,
  openDatabase,
  withDatabase,
} from "../runner/database/open-database.ts";
import { chooseConnection } from "../runner/database/settings/connection-settings.ts";

/**
 * Opens the warehouse's database as every command does, and closes it whatever happens in `use`. The
 * embedded server needs a project; a named server does not.
 */
export async function withWarehouse<T>(
  options: Pick<OpenDatabaseOptions, "projectDir" | "credentials" | "signal">,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const opened = { ...options, env: process.env };
  const setting = chooseConnection(opened);
  if (setting.kind === "embedded") findProject(options.projectDir);
  return await withDatabase(openDatabase(opened), use);
}
