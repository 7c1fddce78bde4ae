import { onAbort } from "../../ending-listeners.ts";
import { cancelledError, throwIfCancelled } from "../cancelled.ts";

/** A fixed number of places; who finds none free waits in line. */
export interface Slots {
  /** Resolves when a place is free and taken; rejects when the signal is aborted. */
  take(signal?: AbortSignal): Promise<void>;
  free(): void;
}

/**
 * Returns a queue with `count` places. The driver's own queue is not used, because it stops waiting
 * after a timeout.
 */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let available = count;
  return {
    async take(signal) {
      throwIfCancelled(signal);
      if (available === 0) return await waitInLine(waiting, signal);
      available--;
    },
    free() {
      const next = waiting.shift();
      if (next === undefined) available++;
      else next();
    },
  };
}

function waitInLine(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const dispose = onAbort(signal, () => {
      waiting.splice(waiting.indexOf(enter), 1);
      if (signal !== undefined) reject(cancelledError(signal));
    });
    const enter = () => {
      dispose();
      resolve();
    };
    waiting.push(enter);
  });
}
