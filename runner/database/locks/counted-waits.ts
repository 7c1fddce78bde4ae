import type { Database, LockWaits, Session } from "../database.ts";

/**
 * The same database, and what its sessions and transactions wait for locks from now on; `heard` is
 * told of whom they wait for.
 */
export function countingWaits(
  database: Database,
  heard: (waitsFor: readonly string[]) => void = () => {},
): { counted: Database; millis: () => number } {
  const all: LockWaits[] = [];
  const counting =
    <T>(use: (session: Session) => Promise<T>) =>
    (session: Session) => {
      session.waits.heard = heard;
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
