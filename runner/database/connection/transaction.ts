import type { ClientConfig } from "pg";
import { ActionFailure, SqlFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { throwIfCancelled } from "../cancelled.ts";
import type { Session, TransactionOptions } from "../database.ts";
import { commit } from "./commit.ts";
import type { PooledConnection } from "./connection-pool.ts";
import { createSession } from "./pooled-session.ts";
import type { DatabaseIdentity } from "./server-identity.ts";
import { ownMeaning, type Settings } from "./settings-switch.ts";
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
  { signal, onNotice, entering = [] }: TransactionOptions & { signal?: AbortSignal | undefined },
): Promise<T> {
  // After a commit that is cancelled half way, its outcome would be unknown.
  const uncancelled = createSession(connection, config, { whose: "own" });
  const nodes = connection.hasCitus ? settingsOfNodes(connection.author) : "";
  const { rows } = await uncancelled.query([`begin; ${nodes}${first}`, ...entering].join(", "));
  const transactionId = rows[0]?.[0] ?? undefined;
  const settle = async (error: unknown): Promise<unknown> => {
    if (!(error instanceof ActionFailure) || transactionId === undefined) return error;
    const transaction = { transactionId, processId: connection.processId, identity };
    const outcome = await outcomeOf(uncancelled, config, transaction);
    return withOutcome(error, outcome, transactionId);
  };
  let result: T;
  try {
    result = await use(createSession(connection, config, { signal, transactionId }));
  } catch (error) {
    throw await settle(error);
  }
  throwIfCancelled(signal);
  try {
    await commit(uncancelled, connection);
  } catch (error) {
    const settled = await settle(error);
    if (!(settled instanceof ActionFailure) || settled.error.outcome !== "committed") throw settled;
    onNotice?.(
      "the connection was lost during the commit; the server says that it was done (transaction " +
        `${transactionId})`,
    );
  }
  return result;
}

// The number is known before anything is done: the answer to the commit may never arrive. A server
// that only reads gives none.
const first = "select case when not pg_is_in_recovery() then pg_current_xact_id()::text end";

/**
 * The nodes of a Citus cluster compute with settings of their own, unless a transaction sends them
 * some: the author's, under which the queries of a project have their meaning. Citus sends the text
 * around a `set`, so each stands alone in a block.
 */
function settingsOfNodes(author: Settings): string {
  const names = ["TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits", "xmloption"];
  const sets = names.flatMap((name) =>
    author[name] === undefined ? [] : [`set local ${name} = ${quoteLiteral(author[name])}`],
  );
  const back = names.map(
    (name) => `set_config('${name}', ${quoteLiteral(ownMeaning[name] ?? "")}, true)`,
  );
  const block = ["set local citus.propagate_set_commands = 'local'", ...sets].join("; ");
  return `do $dataform$ begin ${block}; end $dataform$; select ${back.join(", ")}; `;
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
