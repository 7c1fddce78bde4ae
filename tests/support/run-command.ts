import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { whenTestEnds } from "./when-test-ends.ts";

/** The repository's root folder. */
export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What a finished process left. */
export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** How to start a process. */
export interface RunCommandOptions {
  cwd?: string;
  /** Added to an environment without any connection setting. */
  env?: Record<string, string | undefined>;
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
      env: { ...withoutConnection(process.env), NO_COLOR: "1", ...env },
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

/** `dataform …` of this repository, in a folder. */
export function dataform(args: readonly string[], options?: RunCommandOptions): Promise<Finished> {
  return runCommand(process.execPath, [dataformProgram(), ...args], options);
}

/**
 * The command behind an npm script that runs a file of `generator/` (`node bin/source.js generator/main.ts`), made of
 * this repository's source for this test run.
 */
export function npmScript(
  name: string,
  args: readonly string[],
  options?: RunCommandOptions,
): Promise<Finished> {
  const { scripts } = JSON.parse(readFileSync(`${repository}/package.json`, "utf8"));
  const source = scripts[name].replace("node bin/source.js ", "").replace(/\.ts$/, ".js");
  return runCommand(
    process.execPath,
    [`${inject("packageFolder")}/dist/${source}`, ...args],
    options,
  );
}

function withoutConnection(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(PG|DATABASE_URL|GITHUB_|VITEST|NODE_ENV|FORCE_COLOR|npm_)/.test(name),
    ),
  );
}
