import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Stream } from "node:stream";
import { onAbort, onExit } from "../ending-listeners.ts";

/** How the compiler process ended. */
export interface Ending {
  reason: "answered" | "cancelled" | "timeout" | "too large" | "out of memory" | "ended";
  /** `exit code 0`, `signal SIGABRT`. */
  how: string;
  answer: Buffer;
  /** The beginning of what was printed on standard output and standard error. */
  output: string;
}

/** Limits of a compiler process. */
export interface Limits {
  timeoutMillis: number;
  maxAnswerBytes: number;
  /** Of the whole process, which may hold more than its heap; looked at on Linux only. */
  maxMemoryMegabytes: number;
  signal: AbortSignal | undefined;
}

const maxKeptBytes = 64 * 1024;
const memoryCheckMillis = 100;

/**
 * Takes a started process that writes its answer to descriptor 3, and resolves when it has ended;
 * kills it when a limit is passed, when the signal says so and when this process exits.
 */
export async function waitForAnswer(child: ChildProcess, limits: Limits): Promise<Ending> {
  let stopped: Ending["reason"] | undefined;
  const stop = (reason: Ending["reason"]) => {
    stopped ??= reason;
    child.kill("SIGKILL");
  };
  const cancel = () => stop("cancelled");
  const timer = setTimeout(stop, limits.timeoutMillis, "timeout");
  const disposals = [onAbort(limits.signal, cancel), onExit(cancel)];
  const answer = collect(child.stdio[3], limits.maxAnswerBytes, () => stop("too large"));
  const outputs = [child.stdout, child.stderr].map((stream) => collect(stream, maxKeptBytes));
  const watching = setInterval(() => {
    if (memoryMegabytes(child.pid) > limits.maxMemoryMegabytes) stop("out of memory");
  }, memoryCheckMillis);
  try {
    const how = await ended(child);
    const output = outputs.map((read) => read().toString("utf8")).join("");
    return { reason: stopped ?? reasonOf(how, answer(), output), how, answer: answer(), output };
  } finally {
    clearTimeout(timer);
    clearInterval(watching);
    for (const dispose of disposals) dispose();
  }
}

/** Keeps the first bytes of a stream and reads the rest away; `onMore` is told of the first excess. */
function collect(stream: Stream | null | undefined, limit: number, onMore?: () => void) {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk.subarray(0, limit - size));
    size += chunk.length;
    if (size > limit) onMore?.();
  });
  return () => Buffer.concat(chunks);
}

// Buffers are no part of the heap that V8 limits.
function memoryMegabytes(processId: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, "utf8");
    return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  });
}

function reasonOf(how: string, answer: Buffer, output: string): Ending["reason"] {
  if (how === "exit code 0" && answer.length > 0) return "answered";
  return output.includes("JavaScript heap out of memory") ? "out of memory" : "ended";
}
