import { openPostgres } from "./connection/postgres.ts";
import type { Database } from "./database.ts";
import { leaseEmbedded } from "./embedded/embedded-lease.ts";
import { chooseConnection } from "./settings/connection-settings.ts";
import type { Environment } from "./settings/server-address.ts";

/** Which database to open, and how. */
export interface OpenDatabaseOptions {
  projectDir: string;
  env: Environment;
  /** Path of a credentials file, from `--credentials`. */
  credentials?: string | undefined;
  /**
   * Sessions that work at the same time, 8 by default. Three more are used for the run's lock, for
   * its history, and to find the sessions that block others.
   */
  maxConnections?: number | undefined;
  /** What the server shows for these connections, cut to 63 bytes. */
  applicationName?: string | undefined;
  /** Told, in words for people, what takes a while: making the data of the embedded server, starting it. */
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Opens the database that the project's settings choose; starts the embedded server when that is
 * the one. Throws USAGE on a bad setting and CONNECTION_FAILED when the server does not let us in.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const setting = chooseConnection(options);
  const common = {
    maxConnections: sessionsFor(options.maxConnections ?? 8),
    applicationName: options.applicationName ?? "dataform-postgres",
    signal: options.signal,
    onProgress: options.onProgress,
  };
  if (setting.kind === "server") return (await openPostgres({ ...setting, ...common })).database;
  return await openEmbedded(setting.folder, common);
}

// Where nothing works at the same time, no history is written beside it.
function sessionsFor(working: number): number {
  return working === 0 ? 1 : working + 2;
}

type CommonOptions = Pick<
  Parameters<typeof openPostgres>[0],
  "maxConnections" | "applicationName" | "signal"
> &
  Pick<OpenDatabaseOptions, "onProgress">;

async function openEmbedded(
  folder: string,
  { onProgress, ...common }: CommonOptions,
): Promise<Database> {
  const lease = await leaseEmbedded(folder, common.signal, onProgress);
  try {
    const { address, description, keeperId } = lease;
    const opened = await openPostgres({ address, description, source: "embedded", ...common });
    const processIds = () => [...opened.processIds(), keeperId];
    const database = { ...opened.database, processIds };
    return closingAfterwards(database, () => lease.release(opened.processIds()));
  } catch (error) {
    await lease.release([]);
    throw error;
  }
}

function closingAfterwards(database: Database, release: () => Promise<void>): Database {
  let closing: Promise<void> | undefined;
  return {
    ...database,
    close() {
      closing ??= database.close().then(release);
      return closing;
    },
  };
}

/** Closes the database whatever happens in between. */
export async function withDatabase<T>(
  open: Promise<Database>,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await open;
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}
