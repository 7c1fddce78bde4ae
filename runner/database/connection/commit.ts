import type { ClientConfig } from "pg";
import { SqlFailure } from "../../errors.ts";
import { inPipeline } from "./pipeline.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import { resetSession } from "./session-settings.ts";
import { enqueueNow } from "./statement-queue.ts";
import { isSentAtOnce } from "./switched-query.ts";

/**
 * Commits the transaction that is open on a connection. Behind the commit goes what cleans the connection for its next
 * use, without waiting for the answer: that is one write and one round trip less for every action. Throws when the
 * transaction was not committed; the connection is cleaned again then.
 */
export async function commit(connection: PooledConnection, config: ClientConfig): Promise<void> {
  const context = { config, waits: { millis: 0 } };
  const { command } = await withResetBehind(connection, () =>
    enqueueNow(connection, context, { whose: "within", text: "commit" }),
  );
  if (command === "COMMIT") return;
  connection.isClean = false;
  // PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error.
  throw new SqlFailure({
    message: "the transaction was rolled back, because a statement in it had failed",
    statement: "commit",
  });
}

/** Settings that need a message before the commit would come too late: then it is cleaned later. */
async function withResetBehind<T>(
  connection: PooledConnection,
  send: () => Promise<T>,
): Promise<T> {
  const { client, queue } = connection;
  if (!isSentAtOnce(connection, "within", queue.entries)) return send();
  return inPipeline(client, async () => {
    const sent = send();
    const cleaned = resetSession(client, connection, true).then(
      () => true,
      () => false,
    );
    try {
      return await sent;
    } finally {
      connection.isClean = await cleaned;
    }
  });
}
