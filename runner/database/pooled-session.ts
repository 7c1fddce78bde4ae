import type { Client, ClientBase, ClientConfig, QueryArrayResult } from "pg";
import { cancelStatement } from "./cancel-statement.ts";
import { cancelledError, throwIfCancelled } from "./cancelled.ts";
import type { PooledConnection } from "./connection-pool.ts";
import { copyInto } from "./copy-into.ts";
import { copyOut } from "./copy-out.ts";
import type { QueryResult, Session } from "./database.ts";
import { toSqlFailure } from "./sql-failure.ts";

// A server that cannot be cancelled in time sees the connection closed, and ends the statement then.
const patienceMillis = 1000;

/**
 * A session over a pooled connection. With a signal, an abort ends the running statement on the
 * server, and that statement and all later ones throw CANCELLED (or the signal's own RunnerError).
 */
export function createSession(
  connection: PooledConnection,
  config: ClientConfig,
  signal?: AbortSignal,
): Session {
  const { client, processId, lost } = connection;

  async function run<T>(work: () => Promise<T>): Promise<T> {
    throwIfCancelled(signal);
    const cancelling = cancelOnAbort(connection, config, signal);
    try {
      return await work();
    } catch (error) {
      throw signal?.aborted ? cancelledError(signal) : error;
    } finally {
      await cancelling.settled();
    }
  }

  return {
    processId,
    lost,
    query: (text, values) => run(() => sendQuery(client, text, values)),
    copyFrom: (statement, source) => run(() => copyInto(client, statement, source, signal)),
    copyTo: (statement, target) => run(() => copyOut(client, statement, target, signal)),
  };
}

async function sendQuery(
  client: ClientBase,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult> {
  try {
    // Only the extended protocol holds a text to one statement; without values the driver would not use it.
    const extended = values && { values: [...values], queryMode: "extended" };
    const config = { text, rowMode: "array", ...extended } as const;
    return toQueryResult(await client.query(config));
  } catch (error) {
    throw toSqlFailure(error, text, (client as Client).user);
  }
}

/** The driver returns an array of results when the text held several statements. */
function toQueryResult(results: QueryArrayResult | QueryArrayResult[]): QueryResult {
  const last = Array.isArray(results) ? results.at(-1) : results;
  return {
    columns: (last?.fields ?? []).map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })),
    rows: (last?.rows ?? []) as (string | null)[][],
    rowCount: last?.rowCount ?? null,
    command: last?.command ?? "",
  };
}

/** `settled` stops listening, and waits for a cancel on its way: it must not hit a later statement. */
function cancelOnAbort(
  connection: PooledConnection,
  config: ClientConfig,
  signal: AbortSignal | undefined,
) {
  let cancelling: Promise<void> | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const hangUp = () => void connection.client.end();
  const onAbort = () => {
    cancelling = cancelStatement(config, connection.processId).catch(hangUp);
    giveUp = setTimeout(hangUp, patienceMillis);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    async settled() {
      signal?.removeEventListener("abort", onAbort);
      await cancelling;
      clearTimeout(giveUp);
    },
  };
}
