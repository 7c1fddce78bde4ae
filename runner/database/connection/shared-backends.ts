import type { ClientBase, ClientConfig } from "pg";
import { RunnerError } from "../../errors.ts";
import type { ConnectionTarget } from "../failures/connection-failure.ts";
import { createClient } from "./bound-client.ts";

/**
 * For connections that go through a pooler: makes a function that gives the server process of one when
 * nobody else uses it. The first time it throws CONNECTION_FAILED when the pooler gives a connection
 * another server process from statement to statement (transaction mode). Changes nothing on the server.
 */
export function createBackendCheck(
  config: ClientConfig,
  target: ConnectionTarget,
): (client: ClientBase) => Promise<number> {
  let isChecked = false;
  return async (client) => {
    const own = await processOf(client);
    if (!isChecked) await refuseSharing(client, own, config, target);
    isChecked = true;
    return own;
  };
}

async function refuseSharing(
  client: ClientBase,
  own: number,
  config: ClientConfig,
  target: ConnectionTarget,
): Promise<void> {
  const another = createClient(config);
  another.on("error", () => undefined);
  let isOver = false;
  // A pooler lets its clients in, and answers them when it has a server connection to give.
  const timer = setTimeout(() => {
    isOver = true;
    void another.end();
  }, patienceMillis);
  try {
    await another.connect();
    for (let round = 0; round < rounds; round++) {
      const seen = [await processOf(client), await processOf(client)];
      // A pool with one connection, or one that hands out the last used process first, gives both
      // the same.
      const isShared = seen.some((each) => each !== own) || (await processOf(another)) === own;
      if (isShared) throw transactionMode(target);
    }
  } catch (error) {
    throw isOver ? tooSmall(target) : error;
  } finally {
    clearTimeout(timer);
    await another.end();
  }
}

// While others use the pooler too, one client may get the same process by chance several times.
const rounds = 10;
const patienceMillis = 10_000;

async function processOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query({
    text: "select pg_catalog.pg_backend_pid()",
    rowMode: "array",
  });
  return Number((rows as string[][])[0]?.[0]);
}

/** The error that says so, whenever it is found out. */
export function transactionMode({ description, source }: ConnectionTarget): RunnerError {
  return new RunnerError(
    "CONNECTION_FAILED",
    `${description} (from ${source}) is a connection pooler in transaction mode: the locks that keep two runs apart, temporary tables and settings do not stay with a connection there`,
    { hint: "use the server's own port, or a pool in session mode (pool_mode = session)" },
  );
}

function tooSmall({ description, source }: ConnectionTarget): RunnerError {
  return new RunnerError(
    "CONNECTION_FAILED",
    `${description} (from ${source}) is a connection pooler that gave no second connection within ${patienceMillis / 1000} s`,
    {
      hint: "a run needs a server connection for each thread and two more: see the size of its pool",
    },
  );
}
