import type { ChildProcess } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RunnerError } from "../errors.ts";
import type { CompilerAnswer } from "./compiler-process/compile-with-core.js";
import { spawnBound } from "./spawn-bound.ts";
import { type Ending, waitForAnswer } from "./wait-for-answer.ts";

/** What the compiler process is given and may use. */
export interface CompilerProcessOptions {
  /** A real path. */
  projectDir: string;
  /** Relative to the project folder. */
  filePaths: string[];
  /** Fields of core's ProjectConfig. */
  overrides: object;
  timeoutMillis: number;
  maxHeapMegabytes: number;
  maxAnswerBytes: number;
  signal: AbortSignal | undefined;
  /** Whether the answer holds the unit tests in parts. */
  unitTests?: boolean;
  /** Texts of files that are not on disk, by their path in the project; they are among `filePaths`. */
  addedFiles?: Readonly<Record<string, string>> | undefined;
  /** Gets what the project's own code printed. */
  onOutput: (text: string) => void;
  /** One that was started before; unless set, or when it has ended, a new one is. */
  child?: ChildProcess | undefined;
}

const script = fileURLToPath(new URL("./compiler-process.js", import.meta.url));

/**
 * Runs core in a process of its own and returns its answer. That process has an empty environment,
 * may read the project and core and write nothing, and is killed when it takes too long, too much
 * memory or answers too much; each of these is a `RunnerError`.
 */
export async function runCompilerProcess(options: CompilerProcessOptions): Promise<CompilerAnswer> {
  if (options.signal?.aborted) throw cancelled(options.projectDir);
  const child = isWaiting(options.child) ? options.child : startCompiler(options);
  const { filePaths, overrides, unitTests, addedFiles } = options;
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(`${JSON.stringify({ filePaths, overrides, unitTests, addedFiles })}\n`);
  const maxMemoryMegabytes = 2 * options.maxHeapMegabytes;
  const ending = await waitForAnswer(child, { ...options, maxMemoryMegabytes });
  if (ending.reason !== "answered") throw endedWithoutAnswer(ending, options);
  if (ending.output !== "") options.onOutput(ending.output);
  return parseAnswer(ending.answer, options.projectDir);
}

/**
 * Starts a process that has read core and the project's files, so that `runCompilerProcess` has only
 * to read those that were changed since. It ends by itself when this process does.
 */
export function prepareCompilerProcess(
  options: Pick<CompilerProcessOptions, "projectDir" | "filePaths" | "maxHeapMegabytes">,
): ChildProcess {
  const child = startCompiler(options);
  child.stdin?.on("error", () => undefined);
  // Said when the process is used.
  child.on("error", () => undefined);
  child.stdin?.write(`${JSON.stringify({ prepare: options.filePaths })}\n`);
  return child;
}

function isWaiting(child: ChildProcess | undefined): child is ChildProcess {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function startCompiler({
  projectDir,
  maxHeapMegabytes,
}: Pick<CompilerProcessOptions, "projectDir" | "maxHeapMegabytes">): ChildProcess {
  const bundle = realpathSync(createRequire(import.meta.url).resolve("@dataform/core"));
  const readable = [projectDir, path.dirname(bundle), path.dirname(script)];
  const args = [
    permissionFlag(),
    ...readable.map((folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${maxHeapMegabytes}`,
    // As fast as with V8's own 16, and 20 MB less at 3,000 models.
    "--max-semi-space-size=8",
    "--no-warnings",
    script,
    bundle,
    projectDir,
  ];
  return spawnBound(args, { cwd: projectDir, stdio: ["pipe", "pipe", "pipe", "pipe"] });
}

/** How this Node is told to keep a process from files and programs. */
export function permissionFlag(): string {
  const isStable = process.allowedNodeEnvironmentFlags.has("--permission");
  return isStable ? "--permission" : "--experimental-permission";
}

function parseAnswer(answer: Buffer, projectDir: string): CompilerAnswer {
  try {
    const value: unknown = JSON.parse(answer.toString("utf8"));
    if (isAnswer(value)) return value;
  } catch {
    // Told below.
  }
  throw failed(projectDir, "its result is not whole", {
    hint: "The project's own JavaScript may not write to file descriptor 3, nor change JSON or the prototypes of objects.",
  });
}

/** Only what a project that breaks JavaScript itself could get wrong; the rest is of our own making. */
function isAnswer(value: unknown): value is CompilerAnswer {
  const { graph, settingsFailure } = (value ?? {}) as Record<string, unknown>;
  const answer = graph ?? settingsFailure;
  return typeof answer === "object" && answer !== null && !Array.isArray(answer);
}

/** What was printed, without the stack of a process that broke. */
function wordsOf(output: string): string {
  const [words = ""] = output.split(/^(?:node:|file:|\s+at |-----)/m);
  return words.trim().slice(0, 2000);
}

function endedWithoutAnswer(ending: Ending, options: CompilerProcessOptions): RunnerError {
  const { projectDir, timeoutMillis, maxHeapMegabytes, maxAnswerBytes } = options;
  switch (ending.reason) {
    case "cancelled":
      return cancelled(projectDir);
    case "timeout":
      return new RunnerError(
        "TIMED_OUT",
        `Compiling ${projectDir} took longer than ${timeoutMillis / 1000} s and was stopped.`,
        { hint: "Look for a loop without an end in the project's JavaScript, or raise --timeout." },
      );
    case "too large":
      return failed(projectDir, `its result is larger than ${maxAnswerBytes / 2 ** 20} MB`, {
        hint: "Look for a query that grows with every turn of a loop.",
      });
    case "out of memory":
      return failed(projectDir, `it needed more than ${maxHeapMegabytes} MB of memory`, {
        hint: "Look for a list or text that grows without an end in the project's JavaScript.",
      });
    case "answered":
    case "ended":
      return failed(projectDir, `the compiler ended (${ending.how}) without a result`, {
        hint: wordsOf(ending.output) || "The project's own JavaScript may not call process.exit().",
      });
  }
}

function cancelled(projectDir: string): RunnerError {
  return new RunnerError("CANCELLED", `Compiling ${projectDir} was cancelled.`);
}

function failed(projectDir: string, what: string, options: { hint: string }): RunnerError {
  return new RunnerError("COMPILATION_FAILED", `Cannot compile ${projectDir}: ${what}.`, options);
}
