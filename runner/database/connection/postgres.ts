import { type ActionFailure, RunnerError, SqlFailure } from "../../errors.ts";
import type { Database, Session } from "../database.ts";
import { type ConnectionTarget, isTlsRefused } from "../failures/connection-failure.ts";
import { blame, lacksBlockers } from "../locks/blame-blockers.ts";
import { findSuspects } from "../locks/lock-blockers.ts";
import type { ServerAddress } from "../settings/server-address.ts";
import { clientConfig } from "./client-config.ts";
import { type ConnectionPool, createPool } from "./connection-pool.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import { createSession } from "./pooled-session.ts";
import { type DatabaseIdentity, readIdentity } from "./server-identity.ts";
import type { ConnectionFacts } from "./session-settings.ts";
import { inTransaction } from "./transaction.ts";

/** How to open a server. */
export interface PostgresOptions extends ConnectionTarget {
  /** Sessions that may be open at the same time. */
  maxConnections: number;
  applicationName: string;
  signal?: AbortSignal | undefined;
}

/** An open server, and which of its processes work for this one. */
export interface Postgres {
  database: Database;
  facts: ConnectionFacts;
  processIds(): number[];
}

const oldestVersion = 150_000;

/**
 * Connects to a server and checks its version. Throws CONNECTION_FAILED with the reason and the
 * next step, never with a password.
 */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const { pool, facts } = await openPool(options);
  return { database: createDatabase(pool, options, facts), facts, processIds: pool.processIds };
}

async function openPool(
  options: PostgresOptions,
): Promise<{ pool: ConnectionPool; facts: ConnectionFacts }> {
  const config = clientConfig(options.address, options.applicationName);
  const pool = createPool(config, options, options.maxConnections);
  try {
    const facts = await withConnection(pool, options.signal, async (connection) => connection);
    rejectOldServer(facts, options);
    return { pool, facts };
  } catch (error) {
    await pool.end();
    const { tls } = options.address;
    if (tls.optional && tls.ssl !== false && isTlsRefused((error as Error).cause)) {
      return await openPool({ ...options, address: withoutTls(options.address) });
    }
    throw error;
  }
}

function withoutTls(address: ServerAddress): ServerAddress {
  return { ...address, tls: { ...address.tls, ssl: false } };
}

function rejectOldServer(facts: ConnectionFacts, { description, source }: PostgresOptions): void {
  if (facts.serverVersion >= oldestVersion) return;
  throw new RunnerError(
    "CONNECTION_FAILED",
    `${description} (from ${source}) is PostgreSQL ${facts.serverVersionName}, and 15 is the oldest that is supported`,
    { hint: "upgrade the server, or unset the setting to use the embedded one" },
  );
}

function createDatabase(
  pool: ConnectionPool,
  { description, source }: PostgresOptions,
  { serverVersion }: ConnectionFacts,
): Database {
  let closing: Promise<void> | undefined;
  const session = <T>(use: (session: Session) => Promise<T>, signal?: AbortSignal) =>
    withConnection(pool, signal, (connection) =>
      use(createSession(connection, pool.config, { signal })),
    );
  const identityOf = onceKnown((connection: PooledConnection) =>
    readIdentity(createSession(connection, pool.config, { whose: "own" })),
  );
  return {
    description,
    source,
    serverVersion,
    query: (text, values) => session((one) => one.query(text, values)),
    session,
    processIds: pool.processIds,
    transaction: (use, signal, options) =>
      withConnection(pool, signal, async (connection) => {
        const place = { connection, config: pool.config, identity: await identityOf(connection) };
        return await inTransaction(place, use, { ...options, signal });
      }),
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
}

async function withConnection<T>(
  pool: ConnectionPool,
  signal: AbortSignal | undefined,
  use: (connection: PooledConnection) => Promise<T>,
): Promise<T> {
  try {
    return await useOnce(pool, signal, use);
  } catch (error) {
    // Only after the connection is released: until then it may hold locks that others wait for.
    throw lacksBlockers(error) ? await suspecting(pool, error) : error;
  }
}

async function useOnce<T>(
  pool: ConnectionPool,
  signal: AbortSignal | undefined,
  use: (connection: PooledConnection) => Promise<T>,
): Promise<T> {
  const connection = await pool.acquire(signal);
  try {
    return await use(connection);
  } finally {
    await pool.release(connection);
  }
}

async function suspecting(pool: ConnectionPool, failure: ActionFailure): Promise<ActionFailure> {
  try {
    const suspects = await findSuspects({ query: pool.askBeside }, failure.error.statement ?? "");
    return failure.with(blame(failure.error, suspects));
  } catch {
    return failure;
  }
}

/** The server is asked once; when it does not answer, the next transaction asks again. */
function onceKnown(ask: (connection: PooledConnection) => Promise<DatabaseIdentity>) {
  let known: DatabaseIdentity | undefined;
  return async (connection: PooledConnection): Promise<DatabaseIdentity | undefined> => {
    try {
      known ??= await ask(connection);
    } catch (error) {
      if (!(error instanceof SqlFailure) || error.error.connectionLost) throw error;
    }
    return known;
  };
}
