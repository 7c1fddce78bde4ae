import { readdirSync, readFileSync } from "node:fs";

/** Processes of this machine whose command line holds the text. Linux only. */
export function processesWith(text: string): number[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(Number).filter((id) => commandLine(id).includes(text));
}

/** A process that has ended by now, or is only waited for, has none. */
function commandLine(id: number): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
