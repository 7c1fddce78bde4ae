import { setTimeout as delay } from "node:timers/promises";
import { allowManyListeners } from "../../ending-listeners.ts";
import { isPassing } from "../failures/connection-failure.ts";
import { cancelledError, throwIfCancelled } from "./cancelled.ts";

const patienceMillis = 15_000;

/**
 * Runs `connect` again, with growing pauses and for 15 s at most, while the server is full,
 * starting or stopping. Throws the last error, or CANCELLED when the signal is aborted.
 */
export async function connectPatiently<T>(
  connect: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = Date.now() + patienceMillis;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
    throwIfCancelled(signal);
    try {
      return await connect();
    } catch (error) {
      throwIfCancelled(signal);
      if (!isPassing(error) || Date.now() + pause > deadline) throw error;
    }
    await pauseFor(pause, signal);
  }
}

/** Waits; throws CANCELLED when the signal is aborted. */
export async function pauseFor(millis: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal) allowManyListeners(signal);
  try {
    await delay(millis, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted ? cancelledError(signal) : error;
  }
}
