import type { ClientConfig } from "pg";
import { onAbort } from "../../ending-listeners.ts";
import { cancelledError, throwIfCancelled } from "../cancelled.ts";
import type { LockWaits, Session } from "../database.ts";
import { withElapsed } from "../failures/timeouts.ts";
import { nameOf, withBlockers } from "../locks/blame-blockers.ts";
import { cancelStatement } from "./cancel-statement.ts";
import type { PooledConnection } from "./connection-pool.ts";
import { copyInto } from "./copy-into.ts";
import { copyOut } from "./copy-out.ts";
import { withinTransaction } from "./left-transaction.ts";
import type { Whose } from "./settings-switch.ts";
import { sendSwitched, switchSettings } from "./switched-query.ts";

// A server that cannot be cancelled in time sees the connection closed, and ends the statement then.
const patienceMillis = 1000;

/** What a session is made for. */
export interface SessionOptions {
  signal?: AbortSignal | undefined;
  /** Whose settings `query` has: the user's, unless set. */
  whose?: "own" | "statement";
  /** Of the transaction that is open; a statement that leaves it is an error. */
  transactionId?: string | undefined;
  /** Where it is counted how long its statements wait for locks. */
  waits?: LockWaits;
}

/**
 * A session over a pooled connection. With a signal, an abort ends the running statement on the
 * server, and that statement and all later ones throw CANCELLED (or the signal's own RunnerError).
 */
export function createSession(
  connection: PooledConnection,
  config: ClientConfig,
  options: SessionOptions = {},
): Session {
  const { client, processId, lost, lockWatch } = connection;
  const { signal, whose = "statement", transactionId, waits = { millis: 0 } } = options;

  async function run<T>(work: () => Promise<T>): Promise<T> {
    throwIfCancelled(signal);
    const cancelling = cancelOnAbort(connection, config, signal);
    const watched = lockWatch.begin(processId, (blockers) => waits.heard?.(blockers.map(nameOf)));
    const started = performance.now();
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw cancelledError(signal);
      const elapsed = performance.now() - started;
      const timed = withElapsed(error, elapsed, connection.settings.statementTimeout());
      throw withBlockers(timed, watched.blockers);
    } finally {
      watched.end();
      waits.millis += watched.waitedMillis;
      await cancelling.settled();
    }
  }

  const query =
    (whose: Whose): Session["query"] =>
    (text, values) =>
      run(() => sendSwitched(connection, whose, text, values));
  const copy = async <T>(work: () => Promise<T>) =>
    run(async () => {
      await switchSettings(connection, whose);
      return work();
    });

  return {
    ...{ processId, lost, waits },
    isInTransaction: () => client.getTransactionStatus() !== "I",
    ...(transactionId && { transactionId }),
    query: query(whose),
    authored: query(whose === "own" ? "within" : whose),
    catalogue: (text, values) => run(() => sendSwitched(connection, "own", text, values, true)),
    later: (text) => void connection.waiting.push(text),
    statement: (text, values) =>
      run(() =>
        withinTransaction(client, transactionId, text, () => {
          connection.hasStatements = true;
          return sendSwitched(connection, "statement", text, values);
        }),
      ),
    get own() {
      return whose === "own"
        ? this
        : createSession(connection, config, { ...options, waits, whose: "own" });
    },
    copyFrom: (statement, source) => copy(() => copyInto(client, statement, source, signal)),
    copyTo: (statement, target) => copy(() => copyOut(client, statement, target, signal)),
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
  const dispose = onAbort(signal, () => {
    cancelling = cancelStatement(config, connection.processId).catch(hangUp);
    giveUp = setTimeout(hangUp, patienceMillis);
  });
  return {
    async settled() {
      dispose();
      await cancelling;
      clearTimeout(giveUp);
    },
  };
}
