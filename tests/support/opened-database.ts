import { onTestFinished } from "vitest";
import type { Database } from "../../runner/database/database.ts";
import { openDatabase } from "../../runner/database/open-database.ts";
import { createDatabase, type TestServer } from "./test-database.ts";

/** Opens an empty database of its own for the running test; both are gone when it ends. */
export async function openTestDatabase(
  server: TestServer,
  options: { maxConnections?: number; applicationName?: string } = {},
): Promise<{ database: Database; url: string }> {
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  return { database: await openUrl(url, options), url };
}

/** Opens a database by its URL until the running test ends. */
export async function openUrl(
  url: string,
  options: { maxConnections?: number; applicationName?: string } = {},
): Promise<Database> {
  const env = { DATABASE_URL: url };
  const database = await openDatabase({ projectDir: "/nonexistent", env, ...options });
  onTestFinished(() => database.close());
  return database;
}
