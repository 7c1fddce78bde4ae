import { usageOf } from "./process-usage.ts";

/** Limits of a process that computes. */
export interface UsageLimits {
  timeoutMillis: number;
  maxMemoryMegabytes: number;
}

const checkMillis = 100;
/** How much longer than its limit a process may take when the machine does not let it compute. */
const mostPatience = 10;

/**
 * Looks at a process until it is disposed of, and calls `stop` when it passes a limit. Time counts
 * while the process computes, and while it waits; not while a busy machine computes something else.
 * Where there is no /proc, all time counts, and memory is not looked at.
 */
export function watchTime(
  processId: number | undefined,
  { timeoutMillis, maxMemoryMegabytes }: UsageLimits,
  stop: (reason: "timeout" | "out of memory") => void,
): () => void {
  const startedAt = performance.now();
  const everyMillis = Math.min(checkMillis, timeoutMillis);
  let waitedMillis = 0;
  let lastCpuMillis = 0;
  const look = () => {
    const usage = usageOf(processId);
    const tookMillis = performance.now() - startedAt;
    if (usage === undefined) return tookMillis > timeoutMillis ? stop("timeout") : undefined;
    if (usage.megabytes > maxMemoryMegabytes) stop("out of memory");
    // A process that this one let wait was looked at late: one look counts once.
    if (!usage.isBusy && usage.cpuMillis === lastCpuMillis) waitedMillis += everyMillis;
    lastCpuMillis = usage.cpuMillis;
    const isOver = usage.cpuMillis + waitedMillis > timeoutMillis;
    if (isOver || tookMillis > mostPatience * timeoutMillis) stop("timeout");
  };
  const timer = setInterval(look, everyMillis);
  return () => clearInterval(timer);
}
