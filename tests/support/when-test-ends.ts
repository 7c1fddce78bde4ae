import { onTestFinished, TestRunner } from "vitest";

/** Does the clean-up when the running test ends; a hook, outside any test, cleans up by itself. */
export function whenTestEnds(cleanUp: () => unknown): void {
  if (TestRunner.getCurrentTest() === undefined) return;
  onTestFinished(async () => {
    await cleanUp();
  });
}
