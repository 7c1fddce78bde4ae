import { setTimeout as delay } from "node:timers/promises";
import { type Client, type ClientConfig, DatabaseError } from "pg";
import type { Session } from "../database.ts";
import { isPassing } from "../failures/connection-failure.ts";
import { createClient } from "./bound-client.ts";
import { type DatabaseIdentity, isSameDatabase, readIdentity } from "./server-identity.ts";

/** What became of a transaction: `reason` says why that is not known. */
export type TransactionOutcome =
  | { outcome: "committed" | "rolledBack" }
  | { outcome: "unknown"; reason: string };

/** A transaction whose end was not seen. */
export interface LostTransaction {
  /** As `pg_current_xact_id()` gave it. */
  transactionId: string;
  /** The server process of the transaction. */
  processId: number;
  /** The database as it was before; undefined where the server does not tell. */
  identity: DatabaseIdentity | undefined;
}

const patienceMillis = 15_000;
const pauseMillis = 100;

/**
 * Finds out, over a separate connection, whether a lost transaction was committed. Waits up to 15 s
 * for the server to come back and for the transaction to end; one that still runs after `graceMillis`
 * is ended, since nobody can receive its result. Never throws.
 */
export async function outcomeOfLost(
  config: ClientConfig,
  lost: LostTransaction,
  graceMillis = 1_500,
): Promise<TransactionOutcome> {
  const started = Date.now();
  for (;;) {
    try {
      return await askOver(createClient(config), lost, { started, graceMillis });
    } catch (error) {
      const reason = error instanceof Error && error.message ? error.message : String(error);
      if (isFinal(error) || Date.now() - started > patienceMillis) {
        return { outcome: "unknown", reason };
      }
    }
    await delay(pauseMillis);
  }
}

/** The status of a transaction on the server; undefined while it is running. */
export async function transactionOutcome(
  session: Pick<Session, "query">,
  transactionId: string,
): Promise<TransactionOutcome | undefined> {
  const { rows } = await session.query("select pg_xact_status($1::xid8)", [transactionId]);
  switch (rows[0]?.[0]) {
    case "committed":
      return { outcome: "committed" };
    case "aborted":
      return { outcome: "rolledBack" };
    case "in progress":
      return undefined;
    default:
      return { outcome: "unknown", reason: "the server keeps no record of it any more" };
  }
}

async function askOver(
  client: Client,
  { transactionId, processId, identity }: LostTransaction,
  { started, graceMillis }: { started: number; graceMillis: number },
): Promise<TransactionOutcome> {
  client.on("error", () => undefined);
  const session: Pick<Session, "query"> = {
    query: async (text, values) => {
      const result = await client.query({ text, values: [...(values ?? [])], rowMode: "array" });
      return { columns: [], rows: result.rows, rowCount: result.rowCount, command: "" };
    },
  };
  try {
    await client.connect();
    // Objects of other roles in a schema of the search_path must not answer.
    await client.query("set search_path = pg_catalog, pg_temp");
    // A server that took over may have given the same number to another transaction.
    if (!identity || !isSameDatabase(identity, await readIdentity(session))) return notTheSame;
    for (;;) {
      const known = await transactionOutcome(session, transactionId);
      if (known) return known;
      if (Date.now() - started > patienceMillis) return stillAtWork(processId);
      if (Date.now() - started > graceMillis) await session.query(endQuery, [transactionId]);
      await delay(pauseMillis);
    }
  } finally {
    await client.end();
  }
}

const notTheSame: TransactionOutcome = {
  outcome: "unknown",
  reason: "another server answers now, or the server does not tell which one it is",
};

const endQuery = `
  select pg_terminate_backend(pid) from pg_stat_activity where backend_xid = $1::xid8::xid`;

function stillAtWork(processId: number): TransactionOutcome {
  return { outcome: "unknown", reason: `server process ${processId} is still running it` };
}

// The server is there and refuses: waiting does not help. It may also be stopping.
function isFinal(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  return !isPassing(error) && !["57P01", "57P02"].includes(error.code ?? "");
}
