import type { Database, Session } from "./database.ts";
import type { RunLock } from "./run-lock.ts";

/**
 * The same database for the length of a run: every session first enters the run's fence, so that
 * the next run sees and ends what a killed one left at work. The loss of the run's lock and an abort
 * of the run's own signal cancel what is running.
 */
export function fencedDatabase(database: Database, lock: RunLock, stop?: AbortSignal): Database {
  const ended = stop ? AbortSignal.any([stop, lock.lost]) : lock.lost;
  const entering =
    <T>(use: (session: Session) => Promise<T>) =>
    async (session: Session) => {
      await lock.enter(session.own);
      return use(session.own);
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
      database.transaction(entering(use), either(signal), options),
  };
}
