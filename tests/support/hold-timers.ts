import { onTestFinished } from "vitest";

/**
 * Makes the test the clock of time limits: takes the milliseconds of a limit that is too long to be reached, and returns
 * a function that ends every timer of exactly that length which this worker has started since. Ends with the test.
 */
export function holdTimers(millis: number): () => void {
  const held: (() => void)[] = [];
  const own = globalThis.setTimeout;
  const holding = (work: (...args: unknown[]) => void, after?: number, ...args: unknown[]) => {
    if (after === millis) held.push(() => work(...args));
    return own(work, after, ...args);
  };
  globalThis.setTimeout = Object.assign(holding, own);
  onTestFinished(() => {
    globalThis.setTimeout = own;
  });
  return () => {
    for (const end of held.splice(0)) end();
  };
}
