import type { Duplex } from "node:stream";
import type { ClientBase } from "pg";

/**
 * Sends all that `send` begins in one write, each before the one before it is answered. On a connection that is not
 * idle, one after the other, as the driver does.
 */
export async function inPipeline<T>(client: ClientBase, send: () => Promise<T>): Promise<T> {
  const driver = client as unknown as Driver;
  if (driver.pipeline || !driver.readyForQuery) return send();
  const { stream } = driver.connection;
  driver.pipeline = true;
  stream.cork();
  try {
    const sent = send();
    stream.uncork();
    return await sent;
  } finally {
    driver.pipeline = false;
  }
}

/** What the driver's types leave out: in a pipeline a query is sent before the one before it is answered. */
interface Driver {
  pipeline: boolean;
  readyForQuery: boolean;
  connection: { stream: Duplex };
}
