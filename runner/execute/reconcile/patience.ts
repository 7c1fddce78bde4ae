import { setTimeout as delay } from "node:timers/promises";
import { isConcurrentDdl } from "../../database/failures/transient.ts";
import { ActionFailure } from "../../errors.ts";

// With the pauses below, about a minute.
const tries = 80;

// Lock timeout, deadlock, serialization failure.
const passing = new Set(["55P03", "40P01", "40001"]);

/**
 * Runs `work` again while it fails because of locks that other sessions hold. Each try waits only
 * shortly for its lock, so that readers who queue behind it do not wait long either.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await work();
    } catch (error) {
      if (count === tries || !mayPass(error)) throw error;
      await delay(100 + 300 * Math.random());
    }
  }
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof ActionFailure)) return false;
  return passing.has(error.error.sqlstate ?? "") || isConcurrentDdl(error.error);
}
