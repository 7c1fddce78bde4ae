import type { Database, LockWaits, Session } from "../database.ts";

/** The same database, and what its sessions and transactions wait for locks from now on. */
export function countingWaits(database: Database): { counted: Database; millis: () => number } {
  const all: LockWaits[] = [];
  const counting =
    <T>(use: (session: Session) => Promise<T>) =>
    (session: Session) => {
      all.push(session.waits);
      return use(session);
    };
  return {
    counted: {
      ...database,
      session: (use, signal) => database.session(counting(use), signal),
      transaction: (use, signal, options) => database.transaction(counting(use), signal, options),
    },
    millis: () => Math.round(all.reduce((sum, { millis }) => sum + millis, 0)),
  };
}
