import type { Blocker } from "./lock-blockers.ts";

/** Checks from time to time whether running statements wait for a lock. */
export interface LockWatch {
  /** Watches the statement that a server process begins. */
  begin(processId: number): WatchedStatement;
}

/** A running statement. */
export interface WatchedStatement {
  /** Who was in its way at the last look; nobody when it did not wait then. */
  blockers: readonly Blocker[];
  /** How long it was seen waiting for a lock, in steps of 100 ms. */
  waitedMillis: number;
  /** Stops watching. */
  end(): void;
}

// Most statements end before the first check. After a statement has failed, the server no longer
// knows which session blocked it.
const pauseMillis = 100;

/** Makes a watch that asks with `find`; an answer that fails is no answer. */
export function createLockWatch(
  find: (processIds: readonly number[]) => Promise<ReadonlyMap<number, Blocker[]>>,
): LockWatch {
  const running = new Set<WatchedStatement & { processId: number }>();
  let isOn = false;

  function lookLater(): void {
    isOn = running.size > 0;
    if (isOn) setTimeout(() => void look().then(lookLater), pauseMillis).unref();
  }

  async function look(): Promise<void> {
    const watched = [...running];
    if (watched.length === 0) return;
    try {
      const found = await find(watched.map(({ processId }) => processId));
      for (const statement of watched) {
        if (!running.has(statement)) continue;
        statement.blockers = found.get(statement.processId) ?? [];
        if (statement.blockers.length > 0) statement.waitedMillis += pauseMillis;
      }
    } catch {}
  }

  return {
    begin(processId) {
      const statement: WatchedStatement & { processId: number } = {
        ...{ processId, blockers: [], waitedMillis: 0 },
        end: () => void running.delete(statement),
      };
      running.add(statement);
      if (!isOn) lookLater();
      return statement;
    },
  };
}
