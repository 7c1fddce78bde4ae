import { existsSync } from "node:fs";
import { embeddedPaths } from "../database/embedded/embedded-paths.ts";
import { openDatabase, withDatabase } from "../database/open-database.ts";
import { chooseConnection } from "../database/settings/connection-settings.ts";
import { RunnerError } from "../errors.ts";
import type { Catalogue } from "../lineage/catalogue.ts";
import { readCatalogue } from "../lineage/read-catalogue.ts";

/**
 * The catalogue of the project's database; undefined when there is none yet, and when the server cannot
 * be reached, of which `tell` hears. Makes no data of the embedded server.
 */
export async function knownCatalogue(
  options: { projectDir: string; credentials?: string | undefined; signal: AbortSignal },
  tell: (message: string) => void,
): Promise<Catalogue | undefined> {
  const setting = chooseConnection({ ...options, env: process.env });
  if (setting.kind === "embedded" && !existsSync(embeddedPaths(setting.folder).data))
    return undefined;
  try {
    const open = openDatabase({ ...options, env: process.env, maxConnections: 0 });
    return await withDatabase(open, (database) =>
      database.session(({ own }) => readCatalogue(own), options.signal),
    );
  } catch (error) {
    if (!(error instanceof RunnerError) || error.code !== "CONNECTION_FAILED") throw error;
    tell(`without the database: ${error.message}`);
    return undefined;
  }
}
