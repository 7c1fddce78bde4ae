import type { Readable, Writable } from "node:stream";
import type { ClientConfig } from "pg";
import { type LockWaits, noResult, type QueryResult, type Session } from "../database.ts";
import { copyInto } from "./copy-into.ts";
import { copyOut } from "./copy-out.ts";
import { withinTransaction } from "./left-transaction.ts";
import type { PooledConnection, Queued, StatementContext } from "./pooled-connection.ts";
import { sendQuery } from "./send-query.ts";
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
  { waits = { millis: 0 }, whose = "statement", ...options }: SessionOptions = {},
): Session {
  return new PooledSession(connection, { config, signal: options.signal, waits }, whose, options);
}

/** A class and not an object with functions: each action makes several. */
class PooledSession implements Session {
  readonly processId: number;
  readonly lost: AbortSignal;
  readonly waits: LockWaits;
  readonly isTransaction: boolean;
  readonly #connection: PooledConnection;
  readonly #context: StatementContext;
  readonly #whose: "own" | "statement";
  readonly #options: Pick<SessionOptions, "transaction">;

  constructor(
    connection: PooledConnection,
    context: StatementContext,
    whose: "own" | "statement",
    options: Pick<SessionOptions, "transaction">,
  ) {
    this.processId = connection.processId;
    this.lost = connection.lost;
    this.waits = context.waits;
    this.isTransaction = options.transaction !== undefined;
    this.#connection = connection;
    this.#context = context;
    this.#whose = whose;
    this.#options = options;
  }

  get own(): Session {
    if (this.#whose === "own") return this;
    return new PooledSession(this.#connection, this.#context, "own", this.#options);
  }

  isInTransaction(): boolean {
    return this.#connection.client.getTransactionStatus() !== "I";
  }

  query(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    return this.#send({ whose: this.#whose, text, values });
  }

  authored(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    return this.#send({ whose: this.#whose === "own" ? "within" : this.#whose, text, values });
  }

  catalogue(
    text: string,
    values: readonly unknown[],
    whose: "own" | "within" = "own",
  ): Promise<QueryResult> {
    return this.#send({ whose, text, values, isKept: true });
  }

  later(text: string, whose: "own" | "within" = "own"): void {
    void this.#send({ whose, text, isLater: true });
  }

  statement(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    const { client } = this.#connection;
    const work = () =>
      withinTransaction(client, this.#options.transaction?.id, text, () => {
        this.#connection.hasStatements = true;
        return sendQuery(client, text, values);
      });
    return this.#send({ whose: "statement", text, work });
  }

  copyFrom(statement: string, source: Readable): Promise<number> {
    const { client } = this.#connection;
    return this.#copy(statement, () => copyInto(client, statement, source, this.#context.signal));
  }

  copyTo(statement: string, target: Writable): Promise<number> {
    const { client } = this.#connection;
    return this.#copy(statement, () => copyOut(client, statement, target, this.#context.signal));
  }

  async #copy(text: string, work: () => Promise<number>): Promise<number> {
    let count = 0;
    const counted = async () => {
      count = await work();
      return noResult;
    };
    await this.#send({ whose: this.#whose, text, work: counted });
    return count;
  }

  #send(queued: Queued): Promise<QueryResult> {
    return enqueue(this.#connection, this.#context, queued);
  }
}
