import type { Readable, Writable } from "node:stream";
import type { ActionFailure } from "../errors.ts";

/** Rows with every value in PostgreSQL's own text form, or null; no value is ever rounded. */
export interface QueryResult {
  /** `typeModifier`: the length or precision of the type as PostgreSQL keeps it, -1 where there is none. */
  columns: { name: string; typeOid: number; typeModifier?: number }[];
  rows: (string | null)[][];
  /** Rows read or changed, from the command tag; null for commands without a count. */
  rowCount: number | null;
  /** `SELECT`, `INSERT`, `CREATE`, … */
  command: string;
  /**
   * Statements of the same text whose rows are not here: those before the last one, and `copy … to stdout`; absent when
   * there are none.
   */
  leftOut?: number;
}

/** The result where there is none. */
export const noResult: QueryResult = { columns: [], rows: [], rowCount: null, command: "" };

/** How long statements were seen waiting for locks, in milliseconds; each wait is known to 100 ms. */
export interface LockWaits {
  millis: number;
  /**
   * Receives the sessions that block a statement, each time that they change; an empty list when it
   * goes on.
   */
  heard?: (waitsFor: readonly string[]) => void;
}

/** A value of a statement; bytes are one in PostgreSQL's binary form. */
export type Value = string | number | boolean | null | Buffer;

/** One statement with its values. */
export interface Statement {
  text: string;
  values: readonly Value[];
}

/** What became of a transaction: the results of its statements, and why it was rolled back when it was. */
export interface EndedTransaction {
  results: QueryResult[];
  failure?: ActionFailure;
}

/**
 * One connection, for as long as the callback of `Database.session` runs. In a transaction, all statements that are asked
 * for before the caller waits for the first go in one message (`inTurn` waits for them). When one fails, the error of
 * those behind it is `LeftOut`.
 */
export interface Session {
  /**
   * Sends one or more statements by the simple protocol, or exactly one with parameters, be they none (`[]`).
   * Returns the result of the last statement. Throws `SqlFailure` on an SQL error.
   */
  query(text: string, values?: readonly Value[]): Promise<QueryResult>;
  /**
   * Like `query`, for a statement of the runner that contains SQL of an author or runs an author's
   * code (triggers, functions of views): names and values in it have the meaning of the user's own
   * sessions.
   */
  authored: Session["query"];
  /**
   * Sends statements of an author unchanged. Settings that they make stay for later statements and
   * for `authored`; a changed role stays for later statements only. Throws when they leave the
   * transaction of `Database.transaction`.
   */
  statement: Session["query"];
  /**
   * One statement of the runner over the system catalogue, which has its names as values: the server keeps it
   * prepared on the connection, since to plan it takes ten times as long as to execute it. `within`: under the settings
   * of `authored`, so that it goes between two of those without a change; everything in it says where it stands.
   */
  catalogue(
    text: string,
    values: readonly (string | number)[],
    whose?: "own" | "within",
  ): Promise<QueryResult>;
  /**
   * Statements of the runner without an answer, such as a savepoint, that go in the message of the next one, in an open
   * transaction. When they fail, the next one throws. `within`: as in `catalogue`.
   */
  later(text: string, whose?: "own" | "within"): void;
  /**
   * Sends many short transactions in one write, outside of any other, under the settings of `authored`; the server keeps
   * their statements prepared. One that fails takes no other with it. Resolves to what became of each, in their order.
   */
  transactions(all: readonly (readonly Statement[])[]): Promise<EndedTransaction[]>;
  /** The same connection for SQL of the runner itself: `query` looks names up in `pg_catalog` alone. */
  readonly own: Session;
  /** Streams `copy … from stdin`; resolves to the number of rows. */
  copyFrom(statement: string, source: Readable): Promise<number>;
  /** Streams `copy … to stdout` into a stream, which stays open; resolves to the number of rows. */
  copyTo(statement: string, target: Writable): Promise<number>;
  /** Whether a transaction is open, be it a failed one. */
  isInTransaction(): boolean;
  /** Server process id of this connection. */
  readonly processId: number;
  /** Aborted when the connection breaks; its locks are gone then. */
  readonly lost: AbortSignal;
  /** What the statements of this session have waited for locks so far. */
  readonly waits: LockWaits;
  /** Whether it is that of `Database.transaction`. */
  readonly isTransaction: boolean;
}

/** Options of a transaction: how it begins, and the listener for notices about it. */
export interface TransactionOptions {
  /** Expressions in SQL of the runner that are evaluated first in it, in the message that begins it. */
  entering?: readonly string[];
  /** Told the number of the transaction, which `pg_xact_status` takes, when it is known: before the commit is sent. */
  onBegun?: ((transactionId: string) => void) | undefined;
  /** Told when the commit was done although its answer was lost. */
  onNotice?: (message: string) => void;
}

/** An open PostgreSQL database: a pool of sessions with known settings. */
export interface Database {
  /** Where it is, for people: never holds a password. `postgres://user@host:port/db` or `embedded PostgreSQL 18 …`. */
  readonly description: string;
  /** Which setting chose it: `--credentials`, `DATABASE_URL`, `PGHOST`, `.df-credentials.json`, `embedded`. */
  readonly source: string;
  /** Server version as an integer: 150018, 180004. */
  readonly serverVersion: number;
  query: Session["query"];
  /** Server processes of every connection that was made. */
  processIds(): number[];
  /** Takes a session from the pool for the length of `use`. A broken connection is thrown away. */
  session<T>(use: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * begin, use, commit; rolls back when `use` throws. A commit whose answer is lost is looked up:
   * resolves when it was done; the `ActionFailure` says in `outcome` what else became of it.
   */
  transaction<T>(
    use: (session: Session) => Promise<T>,
    signal?: AbortSignal,
    options?: TransactionOptions,
  ): Promise<T>;
  close(): Promise<void>;
}
