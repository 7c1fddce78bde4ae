import { AsyncLocalStorage } from "node:async_hooks";
import type { ChildProcess } from "node:child_process";
import { Console } from "node:console";
import { Readable, Writable } from "node:stream";

/** What a program that runs inside a test worker sees in place of the worker's own process. */
interface StandIn {
  argv: string[];
  env: NodeJS.ProcessEnv;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  console: Console;
  timeOrigin: number;
  /** Makes the compiler of a project (early-compiler-of-tests.ts); undefined leaves that to the program. */
  compilerOfTests?: ((projectDir: string) => ChildProcess) | undefined;
}

/** What a finished program left. */
export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const current = new AsyncLocalStorage<StandIn>();
/** The programs at work, and the folder that they stand in. */
let atWork = 0;
let folder = "";
let before = "";

/** A program at work in this process. */
interface RunningProgram {
  finished: Promise<Finished>;
  /** Tells it to end, as SIGTERM would. */
  stop: () => void;
}

/** Whether a program may begin: the working folder belongs to the whole process. */
export function mayRunIn(wanted: string): boolean {
  return atWork === 0 || wanted === folder;
}

/** How a program is started. */
interface InsideOptions extends Pick<StandIn, "argv" | "env" | "compilerOfTests"> {
  cwd: string;
}

/**
 * Runs a program in this process as if it were one of its own: with its arguments, its environment and its working
 * folder; standard input is empty, and what it prints is returned. The program gives its exit code. Only code that it
 * has started sees all this, not the test beside it.
 */
export function runInside(
  { cwd, ...given }: InsideOptions,
  program: () => Promise<number>,
): RunningProgram {
  standInOnce();
  const [stdout, stderr] = [collector(), collector()];
  const standIn: StandIn = {
    ...{ ...given, stdout: stdout.stream, stderr: stderr.stream },
    stdin: Readable.from([]),
    console: new Console(stdout.stream, stderr.stream),
    timeOrigin: Date.now(),
  };
  let isDone = false;
  const others = process.listeners("SIGTERM");
  const run = async () => {
    try {
      const exitCode = await standingIn(cwd, () => current.run(standIn, program));
      return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
    } finally {
      isDone = true;
    }
  };
  const finished = run();
  const stop = () => {
    const known = (listener: object) => others.includes(listener as never) || told.has(listener);
    const own = isDone ? [] : process.listeners("SIGTERM").filter((each) => !known(each));
    for (const listener of own) {
      told.add(listener);
      listener("SIGTERM");
    }
  };
  return { finished, stop };
}

async function standingIn(wanted: string, work: () => Promise<number>): Promise<number> {
  if (atWork === 0) {
    before = process.cwd();
    folder = wanted;
    process.chdir(folder);
  }
  atWork += 1;
  try {
    return await work();
  } finally {
    atWork -= 1;
    if (atWork === 0) {
      process.chdir(before);
      // Node 20 follows every promise while it is on.
      current.disable();
    }
  }
}

function collector(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    chunks.push(chunk);
    done();
  };
  return { stream: new Writable({ write }), text: () => Buffer.concat(chunks).toString("utf8") };
}

/** Listeners that have had the signal: a second one would end this process at once. */
const told = new WeakSet<object>();

let stands = false;

function standInOnce(): void {
  if (stands) return;
  stands = true;
  for (const name of ["argv", "env", "stdin", "stdout", "stderr"] as const) {
    standInFor(process, name);
  }
  standInFor(globalThis, "console");
  standInFor(globalThis as Partial<StandIn>, "compilerOfTests");
  standInFor(performance, "timeOrigin");
}

/** Gives a property of a global object the value of the running program, and everywhere else the one that it has. */
function standInFor<K extends string & keyof StandIn>(owner: Partial<Record<K, unknown>>, name: K) {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  let value = own?.get ? undefined : owner[name];
  const read = () => (own?.get ? own.get.call(owner) : value);
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => {
      const standIn = current.getStore();
      return standIn ? standIn[name] : read();
    },
    set: (given: StandIn[K]) => {
      const standIn = current.getStore();
      if (standIn) standIn[name] = given;
      else if (own?.set) own.set.call(owner, given);
      else value = given;
    },
  });
}
