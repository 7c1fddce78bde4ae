import { setImmediate } from "node:timers/promises";
import type { QueryResult } from "../database.ts";
import type { Entry, PooledConnection, Queued, StatementContext } from "./pooled-connection.ts";
import { nextMessage } from "./switched-query.ts";
import { watchStatements } from "./watched-statements.ts";

/** The error of a statement that PostgreSQL was not given, because one before it in its message failed. */
export class LeftOut extends Error {
  constructor() {
    super("a statement that was sent before it failed");
  }
}

/**
 * Puts a statement at the end of the queue. All that the code asks for before it waits goes in one message, in the order
 * in which it was asked for, where that is possible (`switched-query.ts`). When a statement fails, those behind it in
 * its message throw `LeftOut`.
 */
export function enqueue(
  connection: PooledConnection,
  context: StatementContext,
  queued: Queued,
): Promise<QueryResult> {
  const { queue } = connection;
  const answer = new Promise<QueryResult>((resolve, reject) => {
    queue.entries.push({ ...queued, context, resolve, reject });
  });
  if (queued.isLater) answer.catch(() => undefined);
  else if (!queue.isSending) {
    queue.isSending = true;
    void setImmediate().then(() => sendAll(connection));
  }
  return answer;
}

/** As `enqueue`, for a connection whose statements are all answered: it is sent before this returns. */
export function enqueueNow(
  connection: PooledConnection,
  context: StatementContext,
  queued: Queued,
): Promise<QueryResult> {
  const { queue } = connection;
  queue.isSending = true;
  const answer = enqueue(connection, context, queued);
  void sendAll(connection);
  return answer;
}

/** Sends until nothing waits, or until a later call does so. */
async function sendAll(connection: PooledConnection): Promise<void> {
  const { queue } = connection;
  const turn = ++queue.turn;
  while (turn === queue.turn && queue.entries.some(({ isLater }) => !isLater)) {
    await sendSome(connection, queue.entries);
    // Whoever got an answer asks for the rest of the next message.
    if (queue.entries.length > 0) await setImmediate();
  }
  if (turn === queue.turn) queue.isSending = false;
}

/** Sends the first message of what waits, and gives everybody the answer. */
async function sendSome(connection: PooledConnection, entries: Entry[]): Promise<void> {
  const { statements: taken, send } = nextMessage(connection, entries);
  for (const one of taken) entries.splice(entries.indexOf(one), 1);
  const last = taken.findLast(({ isLater }) => !isLater) ?? taken.at(-1);
  if (!last) return;
  const answered: QueryResult[] = [];
  try {
    await watchStatements(connection, last.context, () => send(answered));
  } catch (error) {
    // It may not have been sent.
    if (last.context.signal?.aborted) connection.settings.now(undefined);
    const [failed, ...behind] = taken.slice(answered.length);
    failed?.reject(error);
    if (failed?.isLater) takeNext(behind, entries)?.reject(error);
    for (const { reject } of behind) reject(new LeftOut());
  }
  for (const [index, result] of answered.entries()) taken[index]?.resolve(result);
}

/** The one that throws the error of a statement without an answer: the next one that has one. */
function takeNext(behind: readonly Entry[], entries: Entry[]): Entry | undefined {
  const next = behind.find(({ isLater }) => !isLater);
  if (next) return next;
  const index = entries.findIndex(({ isLater }) => !isLater);
  return index < 0 ? undefined : entries.splice(index, 1)[0];
}
