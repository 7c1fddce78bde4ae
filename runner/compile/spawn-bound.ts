import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Writable } from "node:stream";

/** Where a process starts and what its descriptors from 0 to 3 are. */
export interface BoundOptions {
  cwd: string;
  stdio: ("pipe" | "ignore")[];
}

const shell = "/bin/sh";

// The guard is a process beside the one that it guards, holds nothing of it, and waits for a line or
// the end of descriptor 4, whose other side only this process has. A line: no longer needed. The
// shell itself becomes Node, so the process id is Node's. Without `env -i` a shell adds variables.
const guarded = `
  { trap "" HUP TERM; read -r line || kill -9 $$; } <&4 >&- 2>&- 3>&- 4<&- &
  exec /usr/bin/env -i "$@" 4<&-`;

/**
 * Starts Node with these arguments and an empty environment, and binds it to this process: it ends
 * when this one does, also by SIGKILL, and whatever it is doing. Without a shell (Windows, an image
 * that holds Node alone) it ends only when it looks at its input.
 */
export function spawnBound(args: readonly string[], { cwd, stdio }: BoundOptions): ChildProcess {
  const options: SpawnOptions = { cwd, env: {}, stdio, windowsHide: true };
  if (!existsSync(shell)) return spawn(process.execPath, args, options);
  const command = ["-c", guarded, "guard", process.execPath, ...args];
  const child = spawn(shell, command, { ...options, stdio: [...stdio, "pipe"] });
  const guard = child.stdio[4] as Writable;
  guard.on("error", () => undefined);
  child.once("exit", () => guard.end("\n"));
  return child;
}
