import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onAbort, onExit } from "../ending-listeners.ts";
import { RunnerError } from "../errors.ts";
import { targetName } from "../target.ts";
import type { JitRequest, JitResult } from "./jit-code.ts";
import { permissionFlag } from "./run-compiler-process.ts";
import { spawnBound } from "./spawn-bound.ts";

/** Who answers the calls of the code, and how long it may take. */
export interface JitOptions {
  /** `execute`, `listTables`, `getTable` or `deleteTable`, with what the code gave. */
  call: (method: string, argument: unknown) => Promise<unknown>;
  timeoutMillis: number;
  signal?: AbortSignal | undefined;
}

const script = fileURLToPath(new URL("./jit-process.js", import.meta.url));
const maxHeapMegabytes = 256;

/**
 * Runs the code of an action in a process of its own, without environment and without access to
 * files, and returns what it returned. Throws a `RunnerError` with what the code threw, or when it
 * took too long.
 */
export async function runJitProcess(request: JitRequest, options: JitOptions): Promise<JitResult> {
  const args = [
    permissionFlag(),
    `--allow-fs-read=${path.dirname(script)}`,
    `--max-old-space-size=${maxHeapMegabytes}`,
    "--no-warnings",
    script,
  ];
  const child = spawnBound(args, {
    cwd: path.dirname(script),
    stdio: ["pipe", "ignore", "ignore", "pipe"],
  });
  let stopped: "timeout" | "cancelled" | undefined;
  const stop = (reason: typeof stopped) => {
    stopped ??= reason;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(stop, options.timeoutMillis, "timeout");
  const cancel = () => stop("cancelled");
  const disposals = [onAbort(options.signal, cancel), onExit(cancel)];
  child.stdin?.on("error", () => undefined);
  const write = (value: object) => void child.stdin?.write(`${JSON.stringify(value)}\n`);
  try {
    write(request);
    const lines = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream });
    for await (const line of lines) {
      const message = JSON.parse(line);
      if ("result" in message) return message.result;
      if ("error" in message) throw failed(request, message.error);
      void answer(message, options.call).then(write);
    }
    throw stopped === "cancelled"
      ? new RunnerError("CANCELLED", `${targetName(request.target)} was cancelled`)
      : failed(request, whyEnded(stopped, options.timeoutMillis));
  } finally {
    clearTimeout(timer);
    for (const dispose of disposals) dispose();
    child.kill("SIGKILL");
  }
}

interface Call {
  call: number;
  method: string;
  argument: unknown;
}

async function answer({ call, method, argument }: Call, answerer: JitOptions["call"]) {
  try {
    return { call, value: (await answerer(method, argument)) ?? {} };
  } catch (error) {
    return { call, error: error instanceof Error ? error.message : String(error) };
  }
}

function whyEnded(stopped: string | undefined, timeoutMillis: number): string {
  if (stopped === "timeout") {
    return `it took longer than ${timeoutMillis / 1000} s (--jit-timeout)`;
  }
  return `it ended without a result, or needed more than ${maxHeapMegabytes} MB of memory`;
}

function failed({ target }: JitRequest, why: string): RunnerError {
  return new RunnerError("COMPILATION_FAILED", `The JiT code of ${targetName(target)}: ${why}`);
}
