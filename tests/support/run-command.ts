import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { compilerInThisWorker } from "./compiler-stand-in.ts";
import { type Finished, mayRunIn, runInside } from "./process-stand-in.ts";
import { whenTestEnds } from "./when-test-ends.ts";

/** The repository's root folder. */
export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export type { Finished } from "./process-stand-in.ts";

/** How to start a process. */
export interface RunCommandOptions {
  cwd?: string;
  /** Added to an environment without any connection setting. */
  env?: Record<string, string | undefined>;
  /** Whether it has to be a process of its own, also where a part of this one would do. */
  asProcess?: boolean;
  /** Whether its compiler has to be a process of its own: for code without an end, and for hostile code. */
  compilesInProcess?: boolean;
  /** Makes what stands in for the compiler of a project, for commands inside this worker. */
  compiler?: (projectDir: string) => ChildProcess;
  /** Called with the process, to send it signals. */
  onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Called with the whole of standard error, each time that something is added to it. */
  onError?: (stderr: string) => void;
}

/** Runs a program to its end, or to that of the running test; never throws for its exit code. */
export function runCommand(
  program: string,
  args: readonly string[],
  { cwd = repository, env = {}, onStart, onError }: RunCommandOptions = {},
): Promise<Finished> {
  const finished = new Promise<Finished>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: environmentOf(env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output.stderr += text;
      onError?.(output.stderr);
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...output }));
    whenTestEnds(async () => {
      child.kill("SIGKILL");
      await finished.catch(() => undefined);
    });
    onStart?.((signal) => child.kill(signal));
  });
  return finished;
}

/** The program `dataform` as it is published, made of this repository's source for this test run. */
export function dataformProgram(): string {
  return `${inject("packageFolder")}/bin/dataform.js`;
}

/**
 * An environment in which `npx dataform` starts that program at once, for commands as they are
 * documented. That npm's own npx finds it is tested in `integration/cli/cli.test.ts`.
 */
export function quickNpx(): { PATH: string } {
  return { PATH: `${inject("packageFolder")}/npx:${process.env.PATH}` };
}

/**
 * `dataform …` of this repository, in a folder, inside this worker: that takes a third of the processor time of a
 * process, for which see `runInWorker`.
 */
export function dataform(
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<Finished> {
  return runInWorker(dataformProgram(), args, options, async () => {
    const { runCommandLine } = await import(built("runner/cli/run-command-line.js"));
    return await runCommandLine(args);
  });
}

let started = 0;

/**
 * The command behind an npm script that runs a file of `generator/` (`node bin/source.js generator/main.ts`), made of
 * this repository's source for this test run; inside this worker as `dataform`.
 */
export function npmScript(
  name: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<Finished> {
  const { scripts } = JSON.parse(readFileSync(`${repository}/package.json`, "utf8"));
  const file = scripts[name].replace("node bin/source.js ", "").replace(/\.ts$/, ".js");
  return runInWorker(built(file), args, options, async () => {
    const before = process.exitCode;
    // A module runs once for each URL.
    await import(`${built(file)}?${started++}`);
    const exitCode = Number(process.exitCode ?? 0);
    process.exitCode = before;
    return exitCode;
  });
}

function built(file: string): string {
  return `${inject("packageFolder")}/dist/${file}`;
}

/**
 * Runs a program inside this worker, or as a process where only a process will do: when it gets signals, when another
 * one is at work here in another folder, and for variables that Node reads when it starts.
 */
function runInWorker(
  file: string,
  args: readonly string[],
  options: RunCommandOptions,
  program: () => Promise<number>,
): Promise<Finished> {
  const { cwd = repository, env = {}, asProcess, compilesInProcess, onStart, onError } = options;
  const { compiler = compilerInThisWorker } = options;
  const isForProcess =
    asProcess || onStart || onError || Object.keys(env).some((name) => readAtStart.test(name));
  const argv = [process.execPath, file, ...args];
  if (isForProcess || !mayRunIn(cwd)) return runCommand(process.execPath, argv.slice(1), options);
  const compilerOfTests = compilesInProcess ? undefined : compiler;
  const inside = { argv, cwd, env: environmentOf(env), compilerOfTests };
  const { finished, stop } = runInside(inside, program);
  whenTestEnds(async () => {
    stop();
    await finished.catch(() => undefined);
  });
  return finished;
}

const readAtStart = /^(NODE_\w+|DEBUG|HOME|TMPDIR|TZ|LANG|LC_\w+)$/;

function environmentOf(added: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const all = { ...withoutConnection(process.env), NO_COLOR: "1", ...added };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function withoutConnection(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(PG|DATABASE_URL|GITHUB_|VITEST|NODE_ENV|FORCE_COLOR|npm_)/.test(name),
    ),
  );
}
