import type { RunResult } from "../../runner/execute/run-result.ts";
import * as runner from "../../runner/run-project.ts";
import { patienceMillis } from "./patience.ts";
import { whenTestEnds } from "./when-test-ends.ts";

/**
 * `runProject` of the runner, but a run that is still at work when its test ends is cancelled and
 * awaited: a test that fails leaves nothing behind that disturbs the next one.
 */
export function runProject(options: runner.RunProjectOptions): Promise<RunResult> {
  const end = new AbortController();
  const signals = options.signal ? [options.signal, end.signal] : [end.signal];
  const signal = AbortSignal.any(signals);
  const running = runner.runProject({ timeoutMillis: patienceMillis, ...options, signal });
  whenTestEnds(async () => {
    end.abort();
    await running.catch(() => undefined);
  });
  return running;
}
