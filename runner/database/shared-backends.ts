import type { ClientBase, ClientConfig } from "pg";
import { RunnerError } from "../errors.ts";
import { createClient } from "./bound-client.ts";
import type { ConnectionTarget } from "./connection-failure.ts";

/**
 * For a connection that goes through a pooler: gives its server process when nobody else uses it.
 * Throws CONNECTION_FAILED when the pooler gives a connection another server process from statement
 * to statement (transaction mode). Changes nothing on the server.
 */
export async function ownServerProcess(
  client: ClientBase,
  config: ClientConfig,
  target: ConnectionTarget,
): Promise<number> {
  const seen = [await processOf(client), await processOf(client)];
  const another = createClient(config);
  another.on("error", () => undefined);
  try {
    await another.connect();
    // A pool of one, or one that hands out the last used process first, gives both the same.
    const isShared = new Set(seen).size > 1 || seen.includes(await processOf(another));
    if (isShared) throw transactionMode(target);
  } finally {
    await another.end();
  }
  return seen[0] ?? 0;
}

async function processOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query({ text: "select pg_backend_pid()", rowMode: "array" });
  return Number((rows as string[][])[0]?.[0]);
}

function transactionMode({ description, source }: ConnectionTarget): RunnerError {
  return new RunnerError(
    "CONNECTION_FAILED",
    `${description} (from ${source}) is a connection pooler in transaction mode: the locks that keep two runs apart, temporary tables and settings do not stay with a connection there`,
    { hint: "use the server's own port, or a pool in session mode (pool_mode = session)" },
  );
}
