import { type DatabaseIdentity, isSameDatabase } from "../database/connection/server-identity.ts";
import { transactionOutcome } from "../database/connection/transaction-outcome.ts";
import type { Database } from "../database/database.ts";
import { RunnerError, SqlFailure } from "../errors.ts";
import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { targetKey } from "../target.ts";
import type { EarlierRun } from "./read-run-log.ts";
import { type Remainder, type RemainderFacts, whatRemains } from "./what-remains.ts";

/**
 * Decides what a run still has to do that continues an earlier one. Asks the database what became of
 * the actions whose end nobody saw. Throws USAGE when this is not the database of that run.
 */
export async function remainderOf(
  graph: ExecutionGraph,
  facts: Omit<RemainderFacts, "committed">,
  database: Database,
  identity: DatabaseIdentity | undefined,
): Promise<Remainder> {
  const { head } = facts.earlier;
  if (!identity || !isSameDatabase(head.database, identity))
    throw otherDatabase(facts.earlier, identity);
  return whatRemains(graph, { ...facts, committed: await committedOf(facts.earlier, database) });
}

async function committedOf(
  { finished, transactions }: EarlierRun,
  database: Database,
): Promise<ReadonlySet<string>> {
  const committed = new Set<string>();
  for (const { target, transactionId } of transactions) {
    if (finished.get(targetKey(target))?.result.status === "successful") continue;
    if (await isCommitted(database, transactionId)) committed.add(transactionId);
  }
  return committed;
}

// A server that lost its last moments does not know the number, and has none of its work either.
async function isCommitted(database: Database, transactionId: string): Promise<boolean> {
  try {
    return (await transactionOutcome(database, transactionId))?.outcome === "committed";
  } catch (error) {
    if (error instanceof SqlFailure && !error.error.connectionLost) return false;
    throw error;
  }
}

function otherDatabase({ head }: EarlierRun, identity: DatabaseIdentity | undefined): RunnerError {
  const { runId, database } = head;
  const hint = "Choose the database of that run, or run without --resume.";
  const isRestored =
    identity?.system === database.system && identity.timeline !== database.timeline;
  const now = isRestored
    ? "the server was restored from a backup or failed over since"
    : `this is ${identity?.database ?? "a server that does not tell which one it is"}`;
  return new RunnerError(
    "USAGE",
    `The run ${runId} cannot be continued here: it worked on the database ${database.database}, and ${now}.`,
    { hint },
  );
}
