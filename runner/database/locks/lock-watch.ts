import type { Blocker } from "./lock-blockers.ts";

/** Checks from time to time whether running statements wait for a lock. */
export interface LockWatch {
  /**
   * Watches the statement that a server process begins; `hear` is told who is in its way, each time
   * that it changes.
   */
  begin(processId: number, hear?: (blockers: readonly Blocker[]) => void): WatchedStatement;
}

/** A running statement. */
export interface WatchedStatement {
  /** The sessions that blocked it at the last look; empty when it did not wait. */
  blockers: readonly Blocker[];
  /** How long it was seen waiting for a lock, in steps of 100 ms. */
  waitedMillis: number;
  /** Stops watching. */
  end(): void;
}

interface HeardStatement extends WatchedStatement {
  processId: number;
  begun: number;
  hear: (blockers: readonly Blocker[]) => void;
}

// Most statements end before the first check. Those that have just begun are not asked about: they would be most of
// those that a check finds in a run of small models. After a statement has failed, the server no longer
// knows which session blocked it.
const pauseMillis = 100;
const youngMillis = 20;

/** Makes a watch that asks with `find`; an answer that fails is no answer. */
export function createLockWatch(
  find: (processIds: readonly number[]) => Promise<ReadonlyMap<number, Blocker[]>>,
): LockWatch {
  const running = new Set<HeardStatement>();
  let isOn = false;

  function lookLater(): void {
    isOn = running.size > 0;
    if (isOn) setTimeout(() => void look().then(lookLater), pauseMillis).unref();
  }

  async function look(): Promise<void> {
    const old = performance.now() - youngMillis;
    const watched = [...running].filter(({ begun }) => begun <= old);
    if (watched.length === 0) return;
    try {
      const found = await find(watched.map(({ processId }) => processId));
      for (const statement of watched) {
        if (running.has(statement)) note(statement, found.get(statement.processId) ?? []);
      }
    } catch {}
  }

  return {
    begin(processId, hear = () => {}) {
      const statement: HeardStatement = {
        ...{ processId, hear, blockers: [], waitedMillis: 0, begun: performance.now() },
        end: () => {
          running.delete(statement);
          if (statement.blockers.length > 0) hear([]);
        },
      };
      running.add(statement);
      if (!isOn) lookLater();
      return statement;
    },
  };
}

function note(statement: HeardStatement, blockers: readonly Blocker[]): void {
  const isNews = idsOf(statement.blockers) !== idsOf(blockers);
  statement.blockers = blockers;
  if (blockers.length > 0) statement.waitedMillis += pauseMillis;
  if (isNews) statement.hear(blockers);
}

function idsOf(blockers: readonly Blocker[]): string {
  return blockers.map(({ processId }) => processId).join();
}
