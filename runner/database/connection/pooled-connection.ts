import type { ClientConfig, PoolClient } from "pg";
import type { LockWaits, QueryResult } from "../database.ts";
import type { LockWatch } from "../locks/lock-watch.ts";
import type { ConnectionFacts } from "./session-settings.ts";
import type { SettingsSwitch, Whose } from "./settings-switch.ts";

/** A connection with the runner's settings, taken from the pool. */
export interface PooledConnection extends ConnectionFacts {
  client: PoolClient;
  /** Aborted when the connection breaks or is closed. */
  lost: AbortSignal;
  /** Finds the sessions that block its statements. */
  lockWatch: LockWatch;
  /** Whose settings it has; a new one for each use. */
  settings: SettingsSwitch;
  /** Statements that are to be sent. */
  queue: StatementQueue;
  /** Whether the runner may have changed settings that it keeps beside those of an author, in this use. */
  hasSet?: boolean;
  /** Whether it was cleaned for its next use since a statement was sent last (`commit.ts`). */
  isClean?: boolean;
  /** Whether statements of an author were sent since it was cleaned. */
  hasStatements?: boolean;
}

/** What the statements of a session have in common. */
export interface StatementContext {
  config: ClientConfig;
  signal?: AbortSignal | undefined;
  /** Where it is counted how long they wait for locks. */
  waits: LockWaits;
}

/** A statement of a session, or work that needs the connection for itself. */
export interface Queued {
  whose: Whose;
  text: string;
  values?: readonly unknown[] | undefined;
  /** Whether the server keeps it prepared. */
  isKept?: boolean;
  /** Whether it has no answer and goes in the message of the next one. */
  isLater?: boolean;
  /** Whether a statement of the runner leaves the settings of `keptSettings` as they are, whatever its text. */
  keepsSettings?: boolean;
  /** What is done in the place of a statement, under the settings that it asks for. */
  work?: () => Promise<QueryResult>;
}

/** A statement that waits in a queue for its turn and its answer. */
export interface Entry extends Queued {
  context: StatementContext;
  resolve: (result: QueryResult) => void;
  reject: (error: unknown) => void;
}

/** The statements of a connection that were asked for and not sent yet, in order. */
export interface StatementQueue {
  entries: Entry[];
  isSending: boolean;
  /** How often it was begun to send. */
  turn: number;
}

/** A queue without statements. */
export function emptyQueue(): StatementQueue {
  return { entries: [], isSending: false, turn: 0 };
}
