import { pauseFor } from "../database/cancelled.ts";
import type { Session } from "../database/database.ts";
import { ActionFailure, SqlFailure } from "../errors.ts";

/**
 * Waits until every node of a Citus cluster shows what was committed on the coordinator before. A
 * transaction of several nodes is prepared on each, then committed on the coordinator, and then on
 * each: after a lost connection or a crash in between, a node shows its rows only when Citus has
 * recovered them. Outside a transaction it asks Citus to recover them at once, where the role may;
 * else Citus does within `citus.recover_2pc_interval`. Throws ActionFailure when a node does not
 * answer, or after twice that interval.
 */
export async function waitForNodes(
  session: Session,
  { signal, tell = () => {} }: { signal?: AbortSignal | undefined; tell?: (text: string) => void },
): Promise<void> {
  const first = await readPrepared(session);
  let waitsFor = first;
  let isTold = false;
  const start = performance.now();
  for (let pauseMillis = 10; waitsFor.size > 0; pauseMillis = Math.min(pauseMillis * 2, 1_000)) {
    const waited = performance.now() - start;
    if (waited > 2 * (await recoveryMillis(session)) + 1_000) throw undecided(waitsFor);
    if (waited > 1_000 && !isTold) {
      isTold = true;
      tell("waits until every node of Citus has committed what the coordinator has committed");
    }
    await pauseFor(pauseMillis, signal);
    if (waited + pauseMillis > 100 && !session.isInTransaction()) await recover(session);
    const now = await readPrepared(session);
    waitsFor = new Map([...first].filter(([name]) => now.has(name)));
  }
}

/** The transactions of Citus that are prepared on any node, with the node. */
async function readPrepared(session: Session): Promise<Map<string, string>> {
  const { rows } = await session.own.query(`
    select 'the coordinator', true, (${preparedHere})
    union all
    select nodename || ':' || nodeport, success, result from run_command_on_workers($$${preparedHere}$$)`);
  return new Map(
    rows.flatMap(([node, success, result]) => {
      if (success !== "t") throw notAnswering(node, result);
      const names = (result ?? "").split("\n").filter((name) => name.startsWith("citus_"));
      return names.map((name) => [name, node ?? ""] as const);
    }),
  );
}

const preparedHere =
  "select string_agg(gid, chr(10)) from pg_prepared_xacts where database = current_database()";

/** How often Citus recovers; nothing when it never does. */
async function recoveryMillis(session: Session): Promise<number> {
  const { rows } = await session.own.query(
    "select 1000 * extract(epoch from coalesce(current_setting('citus.recover_2pc_interval', true), '1min')::interval)",
  );
  return Math.max(0, Number(rows[0]?.[0]));
}

/** An error does no harm, for example when Citus itself is recovering: what is prepared is read again. */
async function recover(session: Session): Promise<void> {
  try {
    await session.own.query(`
      select recover_prepared_transactions()
      where has_function_privilege('recover_prepared_transactions()', 'execute')`);
  } catch (error) {
    if (!(error instanceof SqlFailure) || error.error.connectionLost) throw error;
  }
}

function notAnswering(node: string | null | undefined, result: string | null | undefined) {
  return new ActionFailure({
    message: `the node ${node} of Citus does not answer: ${result}`,
    hint: "start it, or remove it from the cluster, then run again",
  });
}

function undecided(waitsFor: ReadonlyMap<string, string>): ActionFailure {
  const names = [...waitsFor].map(([name, node]) => `${name} on ${node}`);
  return new ActionFailure({
    message: `not every node of Citus shows what the coordinator has committed: ${names.join(", ")}`,
    hint: "select recover_prepared_transactions() as a superuser says why a node cannot commit them; then run again",
  });
}
