import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { listFiles } from "./files/list-files.ts";

const pauseMs = 1_000;

/**
 * Hands over the files below the inputs that are new or have changed, once each is as it was a second
 * before: a tool may still be writing. Ends when the signal is aborted.
 */
export async function watchFiles(
  inputs: readonly string[],
  signal: AbortSignal,
  onFiles: (files: string[]) => Promise<void>,
): Promise<void> {
  const taken = new Map<string, string>();
  let before = new Map<string, string>();
  while (!signal.aborted) {
    const now = await versionsOf(inputs);
    const ready = [...now].filter(
      ([name, version]) => before.get(name) === version && taken.get(name) !== version,
    );
    if (ready.length > 0) await onFiles(ready.map(([name]) => name));
    for (const [name, version] of ready) taken.set(name, version);
    before = now;
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
  }
}

async function versionsOf(inputs: readonly string[]): Promise<Map<string, string>> {
  const versions = new Map<string, string>();
  for (const { name, problem } of await listFiles(inputs)) {
    const found = problem === undefined ? await stat(name).catch(() => undefined) : undefined;
    if (found?.isFile()) versions.set(name, `${found.size} ${found.mtimeMs}`);
  }
  return versions;
}
