import type { Database, Session } from "../database.ts";
import type { RunLock } from "./run-lock.ts";

/**
 * The same database for the length of a run: every session first enters the run's fence, so that
 * the next run can find and end statements of a killed run. Losing the run's lock, or an abort by
 * the run's own signal, cancels running statements.
 */
export function fencedDatabase(database: Database, lock: RunLock, stop?: AbortSignal): Database {
  const ended = stop ? AbortSignal.any([stop, lock.lost]) : lock.lost;
  const entering =
    <T>(use: (session: Session) => Promise<T>) =>
    async (session: Session) => {
      await lock.enter(session.own);
      return use(stayingInside(session.own, lock));
    };
  // Every action of a run has the same signal.
  const joined = new WeakMap<AbortSignal, AbortSignal>();
  const either = (signal: AbortSignal | undefined) => {
    if (!signal || signal === stop) return ended;
    const known = joined.get(signal) ?? AbortSignal.any([signal, ended]);
    joined.set(signal, known);
    return known;
  };
  return {
    ...database,
    query: (text, values) =>
      database.session(
        entering((session) => session.query(text, values)),
        ended,
      ),
    session: (use, signal) => database.session(entering(use), either(signal)),
    transaction: (use, signal, options) =>
      database.transaction((session) => use(session.own), either(signal), {
        ...options,
        entering: lock.entrance,
      }),
  };
}

/** Outside a transaction an author may give back every lock of the session. */
function stayingInside(session: Session, lock: RunLock): Session {
  const inside: Session = {
    ...{ processId: session.processId, lost: session.lost, waits: session.waits },
    isTransaction: session.isTransaction,
    isInTransaction: () => session.isInTransaction(),
    query: (text, values) => session.query(text, values),
    authored: (text, values) => session.authored(text, values),
    catalogue: (text, values, whose) => session.catalogue(text, values, whose),
    later: (text, whose) => session.later(text, whose),
    transactions: (all) => session.transactions(all),
    copyFrom: (text, source) => session.copyFrom(text, source),
    copyTo: (text, target) => session.copyTo(text, target),
    get own() {
      return inside;
    },
    async statement(text, values) {
      const result = await session.statement(text, values);
      if (!session.isInTransaction()) await lock.enter(session);
      return result;
    },
  };
  return inside;
}
