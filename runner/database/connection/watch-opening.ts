import { Socket } from "node:net";
import { onAbort } from "../../ending-listeners.ts";

/** Ends attempts to connect: the driver itself has no way to give one up before its timeout. */
export interface WatchOpening {
  /** For the driver's `stream`. */
  createSocket: () => Socket;
  /** Connects and settles the connection; an abort in between closes it, and the attempt fails. */
  hangUpOnAbort<C, T>(
    signal: AbortSignal | undefined,
    connect: () => Promise<C>,
    settle: (connected: C) => Promise<T>,
  ): Promise<T>;
}

/** Makes the watch of one pool. */
export function watchOpening(): WatchOpening {
  let made: Socket | undefined;
  return {
    createSocket() {
      made = new Socket();
      return made;
    },
    async hangUpOnAbort(signal, connect, settle) {
      // The driver makes the socket of a new connection before `connect` returns its promise.
      made = undefined;
      const connecting = connect();
      const socket = made as Socket | undefined;
      const dispose = onAbort(signal, () => socket?.destroy());
      try {
        return await settle(await connecting);
      } finally {
        dispose();
      }
    },
  };
}
