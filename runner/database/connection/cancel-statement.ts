import type { ClientConfig } from "pg";
import { createClient } from "./bound-client.ts";

/**
 * Ends the statement that a server process is running, over a separate connection: unlike the
 * protocol's cancel request, this uses TLS. Throws when the server cannot be reached.
 */
export async function cancelStatement(config: ClientConfig, processId: number): Promise<void> {
  const client = createClient(config);
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select pg_catalog.pg_cancel_backend($1)", [processId]);
  } finally {
    await client.end();
  }
}
