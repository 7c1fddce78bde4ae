import { findProject } from "../runner/compile/find-project.ts";
import type { Database } from "../runner/database/database.ts";
import { openDatabase } from "../runner/database/open-database.ts";
import { chooseConnection } from "../runner/database/settings/connection-settings.ts";

/**
 * Opens the warehouse's database as every command does. The embedded server needs a project; a
 * named server does not.
 */
export async function openWarehouse(
  projectDir: string,
  credentials: string | undefined,
  signal: AbortSignal,
): Promise<Database> {
  const setting = chooseConnection({ projectDir, env: process.env, credentials });
  if (setting.kind === "embedded") findProject(projectDir);
  return await openDatabase({ projectDir, env: process.env, credentials, signal });
}
