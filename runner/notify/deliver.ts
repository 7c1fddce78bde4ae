import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "./message.ts";
import type { Receiver } from "./receivers.ts";
import { Refused } from "./refused.ts";

/** Milliseconds between the tries to give a receiver a message. */
export const usualPausesMillis: readonly number[] = [1_000, 4_000];

/**
 * Gives a message to every receiver, trying again after each of the pauses, and returns a line for each that did not
 * take it. Never throws.
 */
export async function deliver(
  message: Message,
  receivers: readonly Receiver[],
  pausesMillis = usualPausesMillis,
): Promise<string[]> {
  const lines = await Promise.all(
    receivers.map(async ({ name, send }) => {
      const why = await tryToSend(() => send(message), pausesMillis);
      return why === undefined ? [] : [`the notification for ${name} was not delivered: ${why}`];
    }),
  );
  return lines.flat();
}

async function tryToSend(send: () => Promise<void>, [pause, ...pauses]: readonly number[]) {
  try {
    await send();
    return undefined;
  } catch (error) {
    const isFinal = pause === undefined || (error instanceof Refused && !error.mayPass);
    if (isFinal) return error instanceof Error ? error.message : String(error);
    await delay(pause);
    return tryToSend(send, pauses);
  }
}
