import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import {
  childProgram,
  outerProgram,
  realmFolder,
  textOf,
} from "../../runner/compile/child-program.ts";
import { spawnBound } from "../../runner/compile/processes/spawn-bound.ts";
import { sendMessage } from "../../runner/compile/processes/start-child.ts";

const program = readFileSync(join(import.meta.dirname, "living-compiler.js"), "utf8");
const endMark = Buffer.from("\0the end of a project\n");

/** A process that has compiled so many projects is replaced, because each of them leaves memory in use. */
const mostProjects = 50;

let idle: { child: ChildProcess; projects: number } | undefined;

/**
 * Returns a compiler process for one project (a real path), to be given to `compileProject` as its
 * `child`. The process may have compiled other projects before; the code of each project runs in a new
 * realm.
 */
export function livingCompiler(projectDir: string): ChildProcess {
  const { child, projects } =
    idle && isAlive(idle.child) ? idle : { child: startLiving(), projects: 0 };
  idle = undefined;
  const lent = lendOnce(child, () => {
    // Its last words are still read after somebody has killed it.
    if (!isAlive(child)) return;
    if (projects + 1 < mostProjects && idle === undefined) idle = { child, projects: projects + 1 };
    else child.kill("SIGKILL");
  });
  const { entry, files } = childProgram("compiler-process.js");
  sendMessage(lent, { entry, realm: realmFolder, projectDir, isAsync: false }, files);
  const bundle = realpathSync(createRequire(import.meta.url).resolve("@dataform/core"));
  sendMessage(lent, { call: "load", argument: bundle }, new Map([[bundle, textOf(bundle)]]));
  return lent;
}

function isAlive({ killed, exitCode, signalCode }: ChildProcess): boolean {
  return !killed && exitCode === null && signalCode === null;
}

function startLiving(): ChildProcess {
  const flag = process.allowedNodeEnvironmentFlags.has("--permission")
    ? "--permission"
    : "--experimental-permission";
  const child = spawnBound(
    [
      ...[flag, "--disallow-code-generation-from-strings", "--frozen-intrinsics"],
      ...["--experimental-vm-modules", "--no-warnings", "--max-old-space-size=1024"],
      ...["--max-semi-space-size=8", "--input-type=module", "-e", program],
      ...["--", outerProgram()],
    ],
    { stdio: ["pipe", "pipe", "pipe", "pipe"] },
  );
  child.stdin?.on("error", () => undefined);
  // The process must not keep the test worker alive. It ends when the worker ends.
  child.unref();
  for (const stream of child.stdio) (stream as Socket | null)?.unref();
  return child;
}

/** A process that seems to end when it has compiled one project. */
function lendOnce(child: ChildProcess, giveBack: () => void): ChildProcess {
  const outputs = [1, 2, 3].map((descriptor) => untilMark(child.stdio[descriptor] as Readable));
  const [stdout, stderr] = outputs.map(({ copy }) => copy);
  const lent = Object.assign(new EventEmitter(), {
    ...{ pid: child.pid, exitCode: null as number | null, signalCode: null as string | null },
    ...{ stdin: child.stdin, stdout, stderr, stdio: [child.stdin, ...outputs.map(copyOf)] },
    kill: (signal: NodeJS.Signals) => lent.exitCode === null && child.kill(signal),
  });
  const end = (exitCode: number | null, signalCode: string | null) => {
    child.off("close", end);
    Object.assign(lent, { exitCode, signalCode });
    lent.emit("close", exitCode, signalCode);
  };
  child.on("close", end);
  void Promise.all(outputs.map(({ ended }) => ended)).then(() => {
    giveBack();
    end(0, null);
  });
  return lent as unknown as ChildProcess;
}

function copyOf({ copy }: { copy: Readable }): Readable {
  return copy;
}

/** What a stream gives before the mark. */
function untilMark(stream: Readable): { copy: Readable; ended: Promise<void> } {
  const copy = new PassThrough();
  const ended = new Promise<void>((resolve) => copy.once("end", resolve));
  let kept = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    const bytes = Buffer.concat([kept, chunk]);
    // The mark may come in two parts.
    const mark = bytes.lastIndexOf(0);
    const isMark = mark >= 0 && endMark.indexOf(bytes.subarray(mark)) === 0;
    const end = isMark ? mark : bytes.length;
    kept = bytes.subarray(end);
    copy.write(bytes.subarray(0, end));
    if (!kept.equals(endMark)) return;
    stream.off("data", take);
    copy.end();
  };
  stream.on("data", take);
  return { copy, ended };
}
