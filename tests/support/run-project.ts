import type { RunResult } from "../../runner/results/run-result.ts";
import * as runner from "../../runner/run-project.ts";
import { compileOnce } from "./compile-once.ts";
import { whenTestEnds } from "./when-test-ends.ts";

/**
 * `runProject` of the runner on a graph of `compileOnce`. A run that is still at work when its test
 * ends is cancelled and awaited: a test that fails leaves nothing behind that disturbs the next one.
 */
export function runProject(options: runner.RunProjectOptions): Promise<RunResult> {
  const end = new AbortController();
  const signal = AbortSignal.any([...(options.signal ? [options.signal] : []), end.signal]);
  const all = { ...options, signal };
  const running = compileOnce(runner.compileOptionsOf(all)).then((graph) =>
    runner.runCompiled(graph, all),
  );
  whenTestEnds(async () => {
    end.abort();
    await running.catch(() => undefined);
  });
  return running;
}

/** `planProject` of the runner on a graph of `compileOnce`. */
export const planProject: typeof runner.planProject = async (options) =>
  runner.planCompiled(await compileOnce(runner.compileOptionsOf(options)), options);

/** `validateProject` of the runner on a graph of `compileOnce`. */
export const validateProject: typeof runner.validateProject = async (options) =>
  runner.validateCompiled(await compileOnce(runner.compileOptionsOf(options)), options);
