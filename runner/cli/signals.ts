/** How a command learns that it should stop, and which exit code that gives. */
export interface StopSignal {
  signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, else undefined. */
  exitCode: () => number | undefined;
  /** Stops listening. */
  dispose: () => void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The first SIGINT or SIGTERM aborts the signal, so that running statements are cancelled on the
 * server; a second one leaves at once. After `timeoutMillis` the signal is aborted with "timeout".
 */
export function listenForStop(timeoutMillis?: number): StopSignal {
  const controller = new AbortController();
  let received: keyof typeof exitCodes | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name !== "SIGINT" && name !== "SIGTERM") return;
    if (received) process.exit(exitCodes[name]);
    received = name;
    process.stderr.write(`\n${name}: cancelling; once more leaves at once\n`);
    controller.abort(name);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const timer =
    timeoutMillis === undefined
      ? undefined
      : setTimeout(() => controller.abort("timeout"), timeoutMillis);
  return {
    signal: controller.signal,
    exitCode: () => received && exitCodes[received],
    dispose: () => {
      clearTimeout(timer);
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}
