import { onAbort } from "../../ending-listeners.ts";
import { cancelledError, throwIfCancelled } from "../cancelled.ts";
import { withElapsed } from "../failures/timeouts.ts";
import { nameOf, withBlockers } from "../locks/blame-blockers.ts";
import { cancelStatement } from "./cancel-statement.ts";
import type { PooledConnection, StatementContext } from "./pooled-connection.ts";

// A server that cannot be cancelled in time sees the connection closed, and ends the statement then.
const patienceMillis = 1000;

/**
 * Sends a message and waits for its answer; meanwhile notes for which locks it waits. An abort ends its statement on the
 * server, and it throws CANCELLED (or the signal's own RunnerError).
 */
export async function watchStatements(
  connection: PooledConnection,
  { config, signal, waits }: StatementContext,
  send: () => Promise<void>,
): Promise<void> {
  throwIfCancelled(signal);
  const { lockWatch, processId, settings } = connection;
  const cancelling = cancelOnAbort(connection, config, signal);
  const watched = lockWatch.begin(processId, (blockers) => waits.heard?.(blockers.map(nameOf)));
  const started = performance.now();
  try {
    await send();
  } catch (error) {
    if (signal?.aborted) throw cancelledError(signal);
    const elapsed = performance.now() - started;
    const timed = withElapsed(error, elapsed, settings.statementTimeout());
    throw withBlockers(timed, watched.blockers);
  } finally {
    watched.end();
    waits.millis += watched.waitedMillis;
    await cancelling.settled();
  }
}

/** `settled` stops listening, and waits for a cancel on its way: it must not hit a later statement. */
function cancelOnAbort(
  connection: PooledConnection,
  config: StatementContext["config"],
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
