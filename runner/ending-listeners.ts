import { type EventEmitter, setMaxListeners } from "node:events";

/**
 * Calls `listener` when the signal is aborted; returns a function that removes the listener. One
 * signal may have any number of listeners: Node's warning at the eleventh is off.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  allowManyListeners(signal);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** For a signal that is given to Node's own functions, which listen by themselves. */
export function allowManyListeners(signal: AbortSignal): void {
  setMaxListeners(0, signal);
}

/** Waits for the first of the events, whichever it is, and leaves no listener behind. */
export function firstEvent(emitter: EventEmitter, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const heard = () => {
      for (const event of events) emitter.off(event, heard);
      resolve();
    };
    for (const event of events) emitter.on(event, heard);
  });
}

const onExits = new Set<() => void>();

/** Calls `listener` when this process exits; returns how to stop listening. Any number may listen. */
export function onExit(listener: () => void): () => void {
  if (onExits.size === 0) process.on("exit", callAll);
  onExits.add(listener);
  return () => {
    onExits.delete(listener);
    if (onExits.size === 0) process.off("exit", callAll);
  };
}

function callAll(): void {
  for (const listener of onExits) listener();
}
