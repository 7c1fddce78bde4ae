import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Writable } from "node:stream";
import { sandboxWalls } from "./sandbox-walls.ts";

/** What the descriptors of a process from 0 to 3 are. */
export interface BoundOptions {
  stdio: ("pipe" | "ignore")[];
}

const shell = "/bin/sh";

// The guard is a process beside the guarded one and shares nothing with it. It waits for the end of descriptor 4,
// whose other end only this process has, and then kills the process group, itself included. A signal to the first process
// alone would not do: a program that isolates Node dies, but the order to die with it may not yet have been given to Node.
// The shell replaces itself by Node, so the process id is that of Node, or of the program that isolates it. The first way
// of isolation that this system supports is used. `env -i` removes variables that a shell adds.
const guarded = `
  { trap "" HUP TERM; read -r line; kill -9 -$$; } <&4 >&- 2>&- 3>&- 4<&- &
  ulimit -c 0
  walls=$1
  shift
  IFS='
'
  for wall in $walls; do
    IFS=' '
    if $wall /usr/bin/test -x "$1" </dev/null >/dev/null 2>&1 3>&- 4<&-; then
      set -- $wall "$@"
      break
    fi
  done
  exec /usr/bin/env -i "$@" 4<&-`;

/**
 * Starts Node with these arguments and an empty environment, behind the walls of the operating system
 * that there are, and binds it to this process: it ends when this one does, also by SIGKILL, and
 * whatever it is doing. Without a shell (Windows, an image that holds Node alone) it ends only when
 * it looks at its input, and has no walls.
 */
export function spawnBound(args: readonly string[], { stdio }: BoundOptions): ChildProcess {
  ignoreDebugSignal();
  // In its own process group: a signal to the whole group reaches only this process.
  const options: SpawnOptions = {
    ...{ cwd: "/", env: {}, stdio, windowsHide: true, detached: process.platform !== "win32" },
  };
  if (!existsSync(shell)) return spawn(process.execPath, args, options);
  const walls = sandboxWalls().join("\n");
  const command = ["-c", guarded, "guard", walls, process.execPath, ...args];
  const child = spawn(shell, command, { ...options, stdio: [...stdio, "pipe"] });
  const guard = child.stdio[4] as Writable;
  guard.on("error", () => undefined);
  child.once("exit", () => guard.end());
  return child;
}

/** Without a listener, SIGUSR1 opens Node's debugger to every process of this machine. */
function ignoreDebugSignal(): void {
  if (process.platform !== "win32" && process.listenerCount("SIGUSR1") === 0) {
    process.on("SIGUSR1", () => undefined);
  }
}
