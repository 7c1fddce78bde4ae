import { readFileSync } from "node:fs";

/** What a process and those that it started have used. */
export interface ProcessUsage {
  /** Processor time in milliseconds. */
  cpuMillis: number;
  /** Memory in megabytes. */
  megabytes: number;
  /** Whether one of them runs or waits for a processor. */
  isBusy: boolean;
}

const ticksPerSecond = 100;

/** Takes a process id; returns undefined where there is no /proc, or no such process. */
export function usageOf(processId: number | undefined): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, "utf8");
    // The name of the program is in parentheses and may contain anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const own = {
      cpuMillis: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond,
      megabytes: megabytesOf(processId),
      isBusy: fields[0] === "R",
    };
    return childrenOf(processId).map(usageOf).reduce<ProcessUsage>(sum, own);
  } catch {
    return undefined;
  }
}

function sum(one: ProcessUsage, other: ProcessUsage | undefined): ProcessUsage {
  if (other === undefined) return one;
  return {
    cpuMillis: one.cpuMillis + other.cpuMillis,
    megabytes: one.megabytes + other.megabytes,
    isBusy: one.isBusy || other.isBusy,
  };
}

function megabytesOf(processId: number | undefined): number {
  const status = readFileSync(`/proc/${processId}/status`, "utf8");
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

function childrenOf(processId: number | undefined): number[] {
  try {
    const children = readFileSync(`/proc/${processId}/task/${processId}/children`, "utf8");
    return children.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
