import type { ChildProcess } from "node:child_process";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { RunnerError } from "../../errors.ts";
import { textOf } from "../child-program.ts";
import type { CompilerAnswer } from "../compiler-process/core/compile-with-core.js";
import { answerQuestion } from "./answer-question.ts";
import { checkAnswer } from "./check-answer.ts";
import {
  type Compilation,
  fileOfAnswer,
  hashOfAnswer,
  type KeptAnswer,
  keepAnswer,
  readKept,
} from "./kept-answers.ts";
import { readModules } from "./read-modules.ts";
import { sendMessage, startChild } from "./start-child.ts";
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
  /** Files that count as not there although they may be, by their path in the project; they are not among `filePaths`. */
  missingFiles?: ReadonlySet<string> | undefined;
  /** Gets what the project's own code printed. */
  onOutput: (text: string) => void;
  /** A process that was started before. Without it, or when it has ended, a new one is started. */
  child?: ChildProcess | undefined;
}

/** What a process that was started beforehand has been sent. */
const sentTo = new WeakMap<ChildProcess, ReadonlyMap<string, Buffer>>();

/**
 * Runs core in a separate process and returns its answer. The process has an empty environment,
 * gets the files of the project as messages and opens no file. It is killed when it exceeds the
 * limits of time, memory or output; each of these is a `RunnerError`. An answer that was kept for the
 * same bytes is returned without a process.
 */
export async function runCompilerProcess(options: CompilerProcessOptions): Promise<CompilerAnswer> {
  const { child, onOutput } = options;
  try {
    if (options.signal?.aborted) throw cancelled(options.projectDir);
    const compilation = compilationOf(options);
    const file = fileOfAnswer(compilation);
    const kept = readKept(file, compilation);
    const { answer: bytes, output, questions } = kept ?? (await askProcess(compilation, options));
    if (output !== "") onOutput(output);
    const answer = parseAnswer(bytes, options);
    if (!kept && answer.isSteady) keepAnswer(file, { answer: bytes, output, questions });
    return answer;
  } finally {
    // It waits for messages when it was not asked: it would keep this process alive.
    child?.kill("SIGKILL");
  }
}

function compilationOf(options: CompilerProcessOptions): Compilation {
  const { projectDir, filePaths, overrides, unitTests, addedFiles, missingFiles } = options;
  const added = Object.entries(addedFiles ?? {}).map(([name, text]): [string, Buffer] => [
    path.join(projectDir, name),
    Buffer.from(text),
  ]);
  return {
    ...{ projectDir, missingFiles },
    argument: JSON.stringify({ filePaths, overrides, unitTests }),
    files: new Map([...readModules(projectDir, filePaths), ...added]),
  };
}

async function askProcess(
  compilation: Compilation,
  options: CompilerProcessOptions,
): Promise<KeptAnswer> {
  const child = isWaiting(options.child) ? options.child : startCompiler(options);
  try {
    return await answerOf(child, compilation, options);
  } finally {
    child.kill("SIGKILL");
  }
}

async function answerOf(
  child: ChildProcess,
  { argument, files, ...project }: Compilation,
  options: CompilerProcessOptions,
): Promise<KeptAnswer> {
  const sent = sentTo.get(child);
  const isNew = ([name, bytes]: [string, Buffer]) => !sent?.get(name)?.equals(bytes);
  const gone = [...(sent?.keys() ?? [])].filter((name) => !files.has(name));
  sendMessage(child, { call: "compile", argument, gone }, new Map([...files].filter(isNew)));
  const maxMemoryMegabytes = 2 * options.maxHeapMegabytes;
  const questions: KeptAnswer["questions"] = [];
  const onQuestion = (question: unknown) => {
    const answer = answerQuestion(question, project);
    questions.push([question, hashOfAnswer(answer)]);
    const { files: asked, ...words } = answer;
    sendMessage(child, words, asked);
  };
  const ending = await waitForAnswer(child, { ...options, maxMemoryMegabytes, onQuestion });
  if (ending.reason !== "answered") throw endedWithoutAnswer(ending, options);
  return { answer: ending.answer, output: ending.output, questions };
}

/**
 * Starts a process that has read core and the project's files, so that `runCompilerProcess` has only
 * to read those that were changed since; `files` are its modules (`readModules`). It ends by itself when this process does.
 */
export function prepareCompilerProcess(
  options: Pick<CompilerProcessOptions, "projectDir" | "filePaths" | "maxHeapMegabytes">,
  files: ReadonlyMap<string, Buffer>,
): ChildProcess {
  const child = startCompiler(options);
  // Said when the process is used.
  child.on("error", () => undefined);
  sentTo.set(child, files);
  // Until it is used, nobody would answer its question for one that is too large to be among these.
  const names = options.filePaths.filter((name) => files.has(path.join(options.projectDir, name)));
  sendMessage(child, { call: "prepare", argument: JSON.stringify(names) }, files);
  return child;
}

function isWaiting(child: ChildProcess | undefined): child is ChildProcess {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function startCompiler({
  projectDir,
  maxHeapMegabytes,
}: Pick<CompilerProcessOptions, "projectDir" | "maxHeapMegabytes">): ChildProcess {
  const child = startChild({
    ...{ entry: "compiler-process.js", isAsync: false, maxHeapMegabytes },
    ...{ projectDir, label: projectDir },
  });
  const bundle = realpathSync(createRequire(import.meta.url).resolve("@dataform/core"));
  sendMessage(child, { call: "load", argument: bundle }, new Map([[bundle, textOf(bundle)]]));
  return child;
}

function parseAnswer(answer: Buffer, options: CompilerProcessOptions): CompilerAnswer {
  try {
    return checkAnswer(JSON.parse(answer.toString("utf8")), options.filePaths);
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : String((error as Error).message);
    throw failed(options.projectDir, `its result is not whole: ${why}`, {
      hint: "In a config, write texts in quotes, and true and false without; the project's own JavaScript may not change JSON, the prototypes of objects or Dataform's session.",
    });
  }
}

/** The output without the stack trace of a process that crashed. */
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
        hint:
          wordsOf(ending.output) ||
          "The project's own JavaScript may not change JSON or the prototypes of objects.",
      });
  }
}

function cancelled(projectDir: string): RunnerError {
  return new RunnerError("CANCELLED", `Compiling ${projectDir} was cancelled.`);
}

function failed(projectDir: string, what: string, options: { hint: string }): RunnerError {
  return new RunnerError("COMPILATION_FAILED", `Cannot compile ${projectDir}: ${what}.`, options);
}
