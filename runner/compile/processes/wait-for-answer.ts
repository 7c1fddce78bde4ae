import type { ChildProcess } from "node:child_process";
import type { Readable, Stream } from "node:stream";
import { onAbort, onExit } from "../../ending-listeners.ts";
import { readLines } from "./answer-lines.ts";
import { watchTime } from "./watch-time.ts";

/** How the compiler process ended. */
export interface Ending {
  reason: "answered" | "cancelled" | "timeout" | "too large" | "out of memory" | "ended";
  /** `exit code 0`, `signal SIGABRT`. */
  how: string;
  answer: Buffer;
  /** The beginning of standard output and standard error. */
  output: string;
}

/** Limits of a compiler process. */
export interface Limits {
  /** Time that the process computes or waits for nothing; not the time that a busy machine lets it wait. */
  timeoutMillis: number;
  maxAnswerBytes: number;
  /** Of the whole process, which may hold more than its heap; looked at on Linux only. */
  maxMemoryMegabytes: number;
  signal: AbortSignal | undefined;
  /** Takes a question of the process, before its answer. */
  onQuestion: (question: unknown) => void;
}

const maxKeptBytes = 64 * 1024;

/**
 * Takes a started process that writes its answer to descriptor 3, as a line after those with its
 * questions, and resolves when it has ended; kills it when a limit is passed, when the signal says so
 * and when this process exits.
 */
export async function waitForAnswer(child: ChildProcess, limits: Limits): Promise<Ending> {
  let stopped: Ending["reason"] | undefined;
  const stop = (reason: Ending["reason"]) => {
    stopped ??= reason;
    child.kill("SIGKILL");
  };
  const cancel = () => stop("cancelled");
  const disposals = [
    onAbort(limits.signal, cancel),
    onExit(cancel),
    watchTime(child.pid, limits, stop),
  ];
  let answer: Buffer = Buffer.alloc(0);
  readLines(child.stdio[3] as Readable, {
    maxBytes: limits.maxAnswerBytes,
    onLine: (line) => {
      const question = questionIn(line);
      if (question === undefined) answer = line;
      else limits.onQuestion(question);
    },
    onMore: () => stop("too large"),
  });
  const outputs = [child.stdout, child.stderr].map((stream) => collect(stream, maxKeptBytes));
  try {
    const how = await ended(child);
    const output = outputs.map((read) => read().toString("utf8")).join("");
    return { reason: stopped ?? reasonOf(how, answer, output), how, answer, output };
  } finally {
    for (const dispose of disposals) dispose();
  }
}

const questionStart = Buffer.from('{"ask":');

function questionIn(line: Buffer): unknown {
  if (!line.subarray(0, questionStart.length).equals(questionStart)) return undefined;
  try {
    return (JSON.parse(line.toString("utf8")) as { ask: unknown }).ask;
  } catch {
    return undefined;
  }
}

/** Keeps the first bytes of a stream and reads the rest away. */
function collect(stream: Stream | null | undefined, limit: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk.subarray(0, limit - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks);
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
