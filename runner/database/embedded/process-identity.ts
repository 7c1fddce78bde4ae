import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** Whether a process runs; false for a process that has ended but was not reaped yet. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !["Z", "X"].includes(describeProcess(pid)?.state ?? "");
}

/**
 * The start time of a process, which distinguishes it from a later process with the same number.
 */
export function startOf(pid: number): string {
  return describeProcess(pid)?.start ?? "unknown";
}

/** Whether the process is a running PostgreSQL server on this data folder (its real path). */
export function serves(pid: number, dataFolder: string): boolean {
  if (!(pid > 0) || !isRunning(pid)) return false;
  const command = commandLineOf(pid);
  if (!command.includes("postgres")) return false;
  return workingFolderOf(pid) === dataFolder || command.includes(dataFolder);
}

function commandLineOf(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    return execFileSync("/bin/ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

/** The server works in its data folder, and this follows when the folder is moved. */
function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function describeProcess(pid: number): { state: string; start: string } | undefined {
  try {
    return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

/** The second field is the program's name in brackets, which may hold anything. */
function fromProc(pid: number) {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", start: fields[19] ?? "unknown" };
}

function fromPs(pid: number) {
  const options = { encoding: "utf8", env: { LC_ALL: "C" } } as const;
  const text = execFileSync("/bin/ps", ["-o", "stat=,lstart=", "-p", String(pid)], options);
  const [state = "", ...start] = text.trim().split(/\s+/);
  return { state: state.slice(0, 1), start: start.join(" ") };
}
