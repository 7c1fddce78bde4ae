import { createInterface } from "node:readline";
import { onAbort, onExit } from "../../ending-listeners.ts";
import { RunnerError } from "../../errors.ts";
import { targetName } from "../../target.ts";
import type { JitRequest, JitResult } from "../jit-code.ts";
import { sendMessage, startChild } from "./start-child.ts";

/** Who answers the calls of the code, and how long it may take. */
export interface JitOptions {
  /** `execute`, `listTables`, `getTable` or `deleteTable`, with what the code gave. */
  call: (method: string, argument: unknown) => Promise<unknown>;
  timeoutMillis: number;
  signal?: AbortSignal | undefined;
}

const maxHeapMegabytes = 256;
const maxAnswerMegabytes = 256;

/**
 * Runs the code of an action in a separate process, without environment and without access to
 * files, and returns its result. Throws a `RunnerError` when the code throws or takes too long.
 */
export async function runJitProcess(request: JitRequest, options: JitOptions): Promise<JitResult> {
  const child = startChild({
    ...{ entry: "jit-process.js", isAsync: true, maxHeapMegabytes },
    ...{ projectDir: "/", label: targetName(request.target) },
  });
  child.stdout?.resume();
  child.stderr?.resume();
  let stopped: "timeout" | "cancelled" | "too large" | undefined;
  const stop = (reason: typeof stopped) => {
    stopped ??= reason;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(stop, options.timeoutMillis, "timeout");
  const cancel = () => stop("cancelled");
  const disposals = [onAbort(options.signal, cancel), onExit(cancel)];
  const send = (call: string, value: object) =>
    sendMessage(child, { call, argument: JSON.stringify(value) });
  try {
    send("run", request);
    const input = child.stdio[3] as NodeJS.ReadableStream;
    let megabytes = 0;
    input.on("data", (chunk: Buffer) => {
      megabytes += chunk.length / 2 ** 20;
      if (megabytes > maxAnswerMegabytes) stop("too large");
    });
    const lines = createInterface({ input });
    for await (const line of lines) {
      const message = parseMessage(line);
      if (message === undefined) throw failed(request, "its answer is not whole");
      if ("result" in message) return message.result;
      if ("error" in message) throw failed(request, String(message.error));
      void answer(message, options.call).then((value) => send("settle", value));
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

/** What the process may say; anything else comes of code that broke JavaScript itself. */
function parseMessage(line: string): { result: JitResult } | { error: unknown } | Call | undefined {
  try {
    const message: unknown = JSON.parse(line);
    if (!isObject(message)) return undefined;
    const { result, error, call, method } = message;
    if (typeof call === "number" && typeof method === "string") return message as unknown as Call;
    if (isObject(result)) return { result: result as unknown as JitResult };
    return typeof error === "string" ? { error } : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
  if (stopped === "too large") return `it sent more than ${maxAnswerMegabytes} MB`;
  return `it ended without a result, or needed more than ${maxHeapMegabytes} MB of memory`;
}

function failed({ target }: JitRequest, why: string): RunnerError {
  return new RunnerError("COMPILATION_FAILED", `The JiT code of ${targetName(target)}: ${why}`);
}
