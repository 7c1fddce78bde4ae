import { pauseFor, throwIfCancelled } from "../cancelled.ts";
import { isPassing } from "../failures/connection-failure.ts";

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
  for (let pause = 10; ; pause = Math.min(pause * 2, 1000)) {
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
