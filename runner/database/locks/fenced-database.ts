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
  const either = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([signal, ended]) : ended;
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
  return {
    ...session,
    async statement(text, values) {
      const result = await session.statement(text, values);
      if (!session.isInTransaction()) await lock.enter(session);
      return result;
    },
  };
}
