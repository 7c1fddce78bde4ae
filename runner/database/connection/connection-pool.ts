import { type ClientConfig, Pool, type PoolClient } from "pg";
import type { QueryResult } from "../database.ts";
import { type ConnectionTarget, toConnectionFailure } from "../failures/connection-failure.ts";
import { findBlockers } from "../locks/lock-blockers.ts";
import { createLockWatch } from "../locks/lock-watch.ts";
import { clientClass } from "./bound-client.ts";
import { connectPatiently } from "./connect-patiently.ts";
import { emptyQueue, type PooledConnection } from "./pooled-connection.ts";
import { sendKept } from "./send-query.ts";
import { type ConnectionFacts, configureSession, resetSession } from "./session-settings.ts";
import { createSettingsSwitch } from "./settings-switch.ts";
import { createBackendCheck, transactionMode } from "./shared-backends.ts";
import { createSlots } from "./slots.ts";
import { watchOpening } from "./watch-opening.ts";

/** Connections to one server that are made when needed and used again. */
export interface ConnectionPool {
  /** How its connections are made. */
  config: ClientConfig;
  /** Waits for a free place and connects; throws CONNECTION_FAILED, or CANCELLED on abort. */
  acquire(signal?: AbortSignal): Promise<PooledConnection>;
  /** Cleans the connection for the next use, or closes it when that fails. Never throws. */
  release(connection: PooledConnection): Promise<void>;
  /** Asks about the others beside their work, over a connection that is kept for that; takes 2 s at most. */
  askBeside: AskBeside;
  /** Server processes of the connections that there are, or were until a moment ago. */
  processIds(): number[];
  /** Waits for connections in use, then closes all. */
  end(): Promise<void>;
}

/** A question of a moment; throws when there is no answer within 2 s. */
export type AskBeside = (
  text: string,
  values?: readonly (string | number | boolean | null)[],
) => Promise<QueryResult>;

const besideMillis = 2000;

// A server process lives on for a moment after its connection has ended; later its number may be that of another one.
const exitMillis = 5000;

/**
 * Makes a pool of at most `size` connections, and one for questions beside them; nothing is connected
 * yet.
 */
export function createPool(
  config: ClientConfig,
  target: ConnectionTarget,
  size: number,
): ConnectionPool {
  const opening = watchOpening();
  const pool = new Pool({
    ...config,
    Client: clientClass(config),
    max: size + 1,
    idleTimeoutMillis: 30_000,
    stream: opening.createSocket,
  });
  const slots = createSlots(size);
  const besides = createSlots(1);
  const lockWatch = createLockWatch((ids) => findBlockers({ query: askBeside }, ids));
  const connections = new WeakMap<PoolClient, PooledConnection>();
  const processIds = new Set<number>();
  const losses = watchLosses(pool);
  // Its first statement, which settles what it is, is a statement of this runner, too.
  pool.on("connect", (client) => processIds.add(numberOf(client)));
  pool.on("remove", (client) => {
    const gone = connections.get(client)?.processId ?? numberOf(client);
    setTimeout(() => processIds.delete(gone), exitMillis).unref();
  });
  const ownBackend = createBackendCheck(config, target);

  async function connect(signal: AbortSignal | undefined): Promise<PooledConnection> {
    return await opening.hangUpOnAbort(signal, () => pool.connect(), settle);
  }

  async function settle(client: PoolClient): Promise<PooledConnection> {
    const known = connections.get(client);
    if (known !== undefined) return known;
    try {
      const facts = await factsOf(client, ownBackend, target);
      const lost = losses.get(client) ?? AbortSignal.abort();
      const settings = createSettingsSwitch(facts);
      const connection = { client, lost, lockWatch, settings, queue: emptyQueue(), ...facts };
      reportsOf(client).on("parameterStatus", ({ parameterName, parameterValue }) =>
        connection.settings.reported(parameterName, parameterValue),
      );
      connections.set(client, connection);
      processIds.delete(numberOf(client));
      processIds.add(connection.processId);
      return connection;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async function askBeside(...[text, values = []]: Parameters<AskBeside>): Promise<QueryResult> {
    const signal = AbortSignal.timeout(besideMillis);
    await besides.take(signal);
    try {
      const connection = await connect(signal);
      // The driver has no other way to leave a server that does not answer.
      const giveUp = setTimeout(() => void connection.client.end(), besideMillis);
      try {
        return await sendKept(connection.client, text, values);
      } finally {
        clearTimeout(giveUp);
        // A question leaves nothing on its connection.
        connection.client.release(connection.lost.aborted);
      }
    } finally {
      besides.free();
    }
  }

  return {
    config,
    askBeside,
    async acquire(signal) {
      await slots.take(signal);
      try {
        return await connectPatiently(() => connect(signal), signal);
      } catch (error) {
        slots.free();
        throw toConnectionFailure(error, target);
      }
    },
    async release(connection) {
      await giveBack(connection);
      slots.free();
    },
    processIds: () => [...processIds],
    end: () => pool.end(),
  };
}

/** The driver's types leave this out. */
function reportsOf(client: PoolClient) {
  const { connection } = client as unknown as {
    connection: {
      on(
        event: "parameterStatus",
        hear: (report: { parameterName: string; parameterValue: string }) => void,
      ): void;
    };
  };
  return connection;
}

/** The server process as the driver knows it; behind a pooler, a number that is not that of a server process. */
function numberOf(client: PoolClient): number {
  const { processID } = client as unknown as { processID: number | null };
  return processID ?? 0;
}

async function factsOf(
  client: PoolClient,
  ownBackend: (client: PoolClient) => Promise<number>,
  target: ConnectionTarget,
): Promise<ConnectionFacts> {
  const direct = await configureSession(client, numberOf(client));
  if (direct !== undefined) return direct;
  const facts = await configureSession(client, await ownBackend(client));
  if (facts === undefined) throw transactionMode(target);
  return facts;
}

/** Without a listener an error of an idle or working connection would end the process. */
function watchLosses(pool: Pool): WeakMap<PoolClient, AbortSignal> {
  const losses = new WeakMap<PoolClient, AbortSignal>();
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    const loss = new AbortController();
    losses.set(client, loss.signal);
    client.on("error", () => loss.abort());
    client.on("end", () => loss.abort());
  });
  return losses;
}

async function giveBack(connection: PooledConnection): Promise<void> {
  const { client, lost } = connection;
  if (lost.aborted) return client.release(true);
  try {
    if (!connection.isClean) await resetSession(client, connection);
    connection.isClean = false;
    connection.hasStatements = false;
    connection.hasSet = false;
    connection.queue = emptyQueue();
    connection.settings = createSettingsSwitch(connection);
    client.release();
  } catch {
    client.release(true);
  }
}
