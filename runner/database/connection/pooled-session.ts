import type { ClientConfig } from "pg";
import { type EndedTransaction, type LockWaits, noResult, type Session } from "../database.ts";
import { copyInto } from "./copy-into.ts";
import { copyOut } from "./copy-out.ts";
import { withinTransaction } from "./left-transaction.ts";
import type { PooledConnection, Queued } from "./pooled-connection.ts";
import { sendQuery } from "./send-query.ts";
import { sendTransactions } from "./send-transactions.ts";
import type { Whose } from "./settings-switch.ts";
import { enqueue } from "./statement-queue.ts";

/** What a session is made for. */
export interface SessionOptions {
  signal?: AbortSignal | undefined;
  /** Whose settings `query` has: the user's, unless set. */
  whose?: "own" | "statement";
  /** The transaction that is open or about to be; a statement that leaves it is an error. */
  transaction?: OpenTransaction | undefined;
  /** Where it is counted how long its statements wait for locks. */
  waits?: LockWaits;
}

/** A transaction, whose number is known when its first message is answered. */
export interface OpenTransaction {
  id?: string | undefined;
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
  const { client, processId, lost } = connection;
  const { signal, whose = "statement", transaction, waits = { millis: 0 } } = options;
  const send = (queued: Queued) => enqueue(connection, { config, signal, waits }, queued);
  const query =
    (whom: Whose): Session["query"] =>
    (text, values) =>
      send({ whose: whom, text, values });
  const copy = async (text: string, work: () => Promise<number>) => {
    let count = 0;
    const counted = async () => {
      count = await work();
      return noResult;
    };
    await send({ whose, text, work: counted });
    return count;
  };

  return {
    processId,
    lost,
    waits,
    isInTransaction: () => client.getTransactionStatus() !== "I",
    isTransaction: transaction !== undefined,
    query: query(whose),
    authored: query(whose === "own" ? "within" : whose),
    catalogue: (text, values, whom = "own") => send({ whose: whom, text, values, isKept: true }),
    later: (text, whom = "own") => void send({ whose: whom, text, isLater: true }),
    async transactions(all) {
      const ended: EndedTransaction[] = [];
      const work = async () => {
        ended.push(...(await sendTransactions(client, all)));
        return noResult;
      };
      await send({ whose: "within", text: all[0]?.[0]?.text ?? "", work });
      return ended;
    },
    statement(text, values) {
      const work = () =>
        withinTransaction(client, transaction?.id, text, () => {
          connection.hasStatements = true;
          return sendQuery(client, text, values);
        });
      return send({ whose: "statement", text, work });
    },
    get own() {
      return whose === "own"
        ? this
        : createSession(connection, config, { ...options, waits, whose: "own" });
    },
    copyFrom: (statement, source) =>
      copy(statement, () => copyInto(client, statement, source, signal)),
    copyTo: (statement, target) =>
      copy(statement, () => copyOut(client, statement, target, signal)),
  };
}
