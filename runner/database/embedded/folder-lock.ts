import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { RunnerError } from "../../errors.ts";
import { throwIfCancelled } from "../cancelled.ts";
import { isRunning, startOf } from "./process-identity.ts";

const patienceMillis = 120_000;

/**
 * Runs `use` while this process alone holds the lock file at `path`. Waits while another process
 * holds it; a lock whose process is dead is taken over. Throws LOCKED after two minutes, with what the
 * holder does (`work`).
 */
export async function withFolderLock<T>(
  path: string,
  use: () => Promise<T>,
  signal?: AbortSignal,
  work = "starting or stopping the embedded server",
): Promise<T> {
  const deadline = Date.now() + patienceMillis;
  while (!tryLock(path)) {
    throwIfCancelled(signal);
    if (Date.now() > deadline) throw stillHeld(path, work);
    await delay(10);
  }
  try {
    return await use();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path: string): boolean {
  if (claim(path)) return true;
  const holder = readHolder(path);
  if (holder === undefined || isAlive(holder)) return false;
  removeStale(path, holder);
  return claim(path);
}

/**
 * A link is created with its whole content at once, so no process ever reads an incomplete lock.
 */
function claim(path: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}\n`);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [pid = "", ...start] = holder.trim().split(" ");
  return isRunning(Number(pid)) && startOf(Number(pid)) === start.join(" ");
}

/**
 * Two processes may find the same dead holder. Only the one that has the second lock removes the
 * first, after checking that it still belongs to the dead holder.
 */
function removeStale(path: string, holder: string): void {
  const takeover = `${path}.takeover`;
  if (!claim(takeover)) {
    const other = readHolder(takeover);
    if (other !== undefined && !isAlive(other)) rmSync(takeover, { force: true });
    return;
  }
  try {
    if (readHolder(path) === holder) rmSync(path, { force: true });
  } finally {
    rmSync(takeover, { force: true });
  }
}

function stillHeld(path: string, work: string): RunnerError {
  const pid = readHolder(path)?.split(" ")[0] ?? "unknown";
  return new RunnerError("LOCKED", `process ${pid} has been ${work} for two minutes`, {
    hint: `end that process, or remove ${path} when it is not one of yours`,
  });
}
