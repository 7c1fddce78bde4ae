import type { Duplex } from "node:stream";
import type { ClientBase } from "pg";
import { SqlFailure } from "../../errors.ts";
import type { Session } from "../database.ts";
import type { PooledConnection } from "./connection-pool.ts";
import { resetSession } from "./session-settings.ts";

/**
 * Commits the transaction that is open in a session. Behind the commit goes what cleans the connection for its next
 * use, without waiting for the answer: that is one write and one round trip less for every action. Throws when the
 * transaction was not committed; the connection is cleaned again then.
 */
export async function commit(session: Session, connection: PooledConnection): Promise<void> {
  const { command } = await withResetBehind(connection, () => session.authored("commit"));
  if (command === "COMMIT") return;
  connection.isClean = false;
  // PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error.
  throw new SqlFailure({
    message: "the transaction was rolled back, because a statement in it had failed",
    statement: "commit",
  });
}

/** `send` sends one statement at once: settings that need a message before it are not sent by then. */
async function withResetBehind<T>(
  connection: PooledConnection,
  send: () => Promise<T>,
): Promise<T> {
  const { client, settings } = connection;
  const isAtOnce =
    client.getTransactionStatus() === "T" &&
    !settings.changeTo("within")?.isAlone &&
    isIdle(client);
  if (!isAtOnce) return send();
  const driver = client as unknown as Driver;
  driver.pipeline = true;
  driver.connection.stream.cork();
  try {
    const sent = send();
    const cleaned = resetSession(client, connection, true).then(
      () => true,
      () => false,
    );
    driver.connection.stream.uncork();
    const result = await sent.catch(async (error) => {
      await cleaned;
      throw error;
    });
    connection.isClean = await cleaned;
    return result;
  } finally {
    driver.pipeline = false;
  }
}

function isIdle(client: ClientBase): boolean {
  return (client as unknown as Driver).readyForQuery;
}

/** What the driver's types leave out: in a pipeline a query is sent before the one before it is answered. */
interface Driver {
  pipeline: boolean;
  readyForQuery: boolean;
  connection: { stream: Duplex };
}
