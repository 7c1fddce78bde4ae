import type { ClientConfig } from "pg";
import { ActionFailure, SqlFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { throwIfCancelled } from "../cancelled.ts";
import type { Session, TransactionOptions } from "../database.ts";
import { inTurn } from "../in-turn.ts";
import { commit } from "./commit.ts";
import type { PooledConnection } from "./pooled-connection.ts";
import { createSession, type OpenTransaction } from "./pooled-session.ts";
import type { DatabaseIdentity } from "./server-identity.ts";
import { ownMeaning, type Settings } from "./settings-switch.ts";
import { enqueue } from "./statement-queue.ts";
import { begin } from "./switched-query.ts";
import {
  type LostTransaction,
  outcomeOfLost,
  type TransactionOutcome,
  transactionOutcome,
} from "./transaction-outcome.ts";

/** Where a transaction works. */
export interface TransactionPlace {
  connection: PooledConnection;
  config: ClientConfig;
  identity: DatabaseIdentity | undefined;
}

/**
 * Begins, uses and commits a transaction; a failed one is rolled back when its connection is
 * released. When the answer to the commit is lost, asks the server for the outcome: resolves when
 * it was committed, else throws. An ActionFailure has the `outcome` of the transaction.
 */
export async function inTransaction<T>(
  { connection, config, identity }: TransactionPlace,
  use: (session: Session) => Promise<T>,
  {
    signal,
    onNotice,
    onBegun,
    entering = [],
  }: TransactionOptions & { signal?: AbortSignal | undefined },
): Promise<T> {
  const transaction: OpenTransaction = {};
  const begun = beginTransaction({ connection, config }, transaction, { onBegun, entering });
  const settle = async (error: unknown): Promise<unknown> => {
    const { id } = transaction;
    if (!(error instanceof ActionFailure) || id === undefined) return error;
    const lost = { transactionId: id, processId: connection.processId, identity };
    // After a commit that is cancelled half way, its outcome would be unknown.
    const uncancelled = createSession(connection, config, { whose: "own" });
    return withOutcome(error, await outcomeOf(uncancelled, config, lost), id);
  };
  let result: T;
  try {
    const session = createSession(connection, config, { signal, transaction });
    [, result] = await inTurn(begun, use(session));
  } catch (error) {
    throw await settle(error);
  }
  throwIfCancelled(signal);
  try {
    await commit(connection, config);
  } catch (error) {
    const settled = await settle(error);
    if (!(settled instanceof ActionFailure) || settled.error.outcome !== "committed") throw settled;
    onNotice?.(
      "the connection was lost during the commit; the server says that it was done (transaction " +
        `${transaction.id})`,
    );
  }
  return result;
}

/**
 * Begins a transaction in the message of the first statement of its use; its number is known before the commit is sent,
 * whose answer may never arrive.
 */
async function beginTransaction(
  { connection, config }: Pick<TransactionPlace, "connection" | "config">,
  transaction: OpenTransaction,
  { onBegun, entering = [] }: Pick<TransactionOptions, "onBegun" | "entering">,
): Promise<void> {
  const context = { config, waits: { millis: 0 } };
  const send = (text: string, isKept = false) =>
    enqueue(connection, context, {
      ...{ whose: "own", text, values: [], isKept, keepsSettings: true },
    });
  const nodes = connection.hasCitus ? settingsOfNodes(connection.author) : [];
  const texts = [begin, ...nodes].map((text) => send(text));
  const number = send([first, ...entering].join(", "), true).then(({ rows }) => {
    transaction.id = rows[0]?.[0] ?? undefined;
    if (transaction.id !== undefined) onBegun?.(transaction.id);
  });
  await inTurn(...texts, number);
}

// A server that only reads gives no number.
const first = "select case when not pg_is_in_recovery() then pg_current_xact_id()::text end";

/**
 * The nodes of a Citus cluster compute with settings of their own, unless a transaction sends them
 * some: the author's, under which the queries of a project have their meaning. Citus sends the text
 * around a `set`, so each stands alone in a block.
 */
function settingsOfNodes(author: Settings): string[] {
  const names = ["TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits", "xmloption"];
  const sets = names.flatMap((name) =>
    author[name] === undefined ? [] : [`set local ${name} = ${quoteLiteral(author[name])}`],
  );
  const back = names.map(
    (name) => `set_config('${name}', ${quoteLiteral(ownMeaning[name] ?? "")}, true)`,
  );
  const block = ["set local citus.propagate_set_commands = 'local'", ...sets].join("; ");
  return [`do $dataform$ begin ${block}; end $dataform$`, `select ${back.join(", ")}`];
}

/**
 * Asks over the same connection when it still works: then only an operation's own `commit` can be the
 * cause.
 */
async function outcomeOf(
  session: Session,
  config: ClientConfig,
  lost: LostTransaction,
): Promise<TransactionOutcome> {
  if (!session.lost.aborted) {
    try {
      await session.query("rollback");
      const known = await transactionOutcome(session, lost.transactionId);
      if (known) return known;
    } catch (error) {
      if (!(error instanceof SqlFailure)) throw error;
    }
  }
  return await outcomeOfLost(config, lost);
}

function withOutcome(
  failure: ActionFailure,
  found: TransactionOutcome,
  transactionId: string,
): ActionFailure {
  const { outcome } = found;
  if (failure.error.connectionLost !== true) {
    return failure.with({ ...failure.error, outcome }, failure);
  }
  switch (outcome) {
    case "rolledBack": {
      const hint = "the transaction was rolled back: nothing was changed, running again is safe";
      return failure.with({ ...failure.error, outcome, hint }, failure);
    }
    case "committed": {
      const hint = `transaction ${transactionId} was committed before: check its effect, then run again`;
      return failure.with({ ...failure.error, outcome, hint }, failure);
    }
    case "unknown": {
      const message = `${failure.error.message}; whether it was committed is not known: ${found.reason}`;
      const hint = `look whether its rows are there before you run again; on the old server: select pg_xact_status('${transactionId}')`;
      return failure.with({ ...failure.error, message, outcome, hint }, failure);
    }
  }
}
