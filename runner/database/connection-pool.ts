import { type ClientConfig, Pool, type PoolClient } from "pg";
import { clientClass } from "./bound-client.ts";
import { connectPatiently } from "./connect-patiently.ts";
import { type ConnectionTarget, toConnectionFailure } from "./connection-failure.ts";
import { type ConnectionFacts, configureSession, resetSession } from "./session-settings.ts";
import { ownServerProcess } from "./shared-backends.ts";
import { createSlots } from "./slots.ts";
import { watchOpening } from "./watch-opening.ts";

/** A connection with the runner's settings, taken from the pool. */
export interface PooledConnection extends ConnectionFacts {
  client: PoolClient;
  /** Aborted when the connection breaks or is closed. */
  lost: AbortSignal;
}

/** Connections to one server that are made when needed and used again. */
export interface ConnectionPool {
  /** How its connections are made. */
  config: ClientConfig;
  /** Waits for a free place and connects; throws CONNECTION_FAILED, or CANCELLED on abort. */
  acquire(signal?: AbortSignal): Promise<PooledConnection>;
  /** Cleans the connection for the next use, or closes it when that fails. Never throws. */
  release(connection: PooledConnection): Promise<void>;
  /** Server processes of every connection that was made. */
  processIds(): number[];
  /** Waits for connections in use, then closes all. */
  end(): Promise<void>;
}

/** Makes a pool of at most `size` connections; nothing is connected yet. */
export function createPool(
  config: ClientConfig,
  target: ConnectionTarget,
  size: number,
): ConnectionPool {
  const opening = watchOpening();
  const pool = new Pool({
    ...config,
    Client: clientClass(config),
    max: size,
    idleTimeoutMillis: 30_000,
    stream: opening.createSocket,
  });
  const slots = createSlots(size);
  const connections = new WeakMap<PoolClient, PooledConnection>();
  const processIds = new Set<number>();
  const losses = watchLosses(pool);

  async function connect(signal: AbortSignal | undefined): Promise<PooledConnection> {
    return await opening.hangUpOnAbort(signal, () => pool.connect(), settle);
  }

  async function settle(client: PoolClient): Promise<PooledConnection> {
    const known = connections.get(client);
    if (known !== undefined) return known;
    try {
      const facts = await factsOf(client, config, target);
      const lost = losses.get(client) ?? AbortSignal.abort();
      const connection = { client, lost, ...facts };
      connections.set(client, connection);
      processIds.add(connection.processId);
      return connection;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  return {
    config,
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

/** Behind a pooler the driver is told a number that is none of a server process. */
async function factsOf(
  client: PoolClient,
  config: ClientConfig,
  target: ConnectionTarget,
): Promise<ConnectionFacts> {
  const { processID } = client as unknown as { processID: number | null };
  const direct = await configureSession(client, processID ?? 0);
  if (direct !== undefined) return direct;
  const own = await ownServerProcess(client, config, target);
  const facts = await configureSession(client, own);
  if (facts === undefined) throw new Error("the connection has another server process by now");
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
    await resetSession(client, connection);
    client.release();
  } catch {
    client.release(true);
  }
}
