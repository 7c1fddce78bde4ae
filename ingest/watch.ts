import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { type InputFile, listFiles } from "./files/list-files.ts";

/**
 * Hands over the files below the inputs that are new or have changed, once each is as it was `pauseMs`
 * before: a tool may still be writing. Those that could not be loaded, for which `onFiles` gives false, are
 * handed over again after `afterFailureMs`. Ends when the signal is aborted.
 */
export async function watchFiles(
  inputs: readonly string[],
  signal: AbortSignal,
  onFiles: (files: InputFile[]) => Promise<boolean>,
  { pauseMs = 1_000, afterFailureMs = 30_000 } = {},
): Promise<void> {
  const taken = new Map<string, string>();
  let before: Versions = new Map();
  while (!signal.aborted) {
    const now = await versionsOf(inputs);
    const ready = [...now].filter(
      ([name, { version }]) => before.get(name)?.version === version && taken.get(name) !== version,
    );
    const isDone = ready.length === 0 || (await onFiles(ready.map(([, { file }]) => file)));
    if (isDone) for (const [name, { version }] of ready) taken.set(name, version);
    before = now;
    await setTimeout(isDone ? pauseMs : afterFailureMs, undefined, { signal }).catch(() => {});
  }
}

/** Files by their names; `version`: what changes when somebody writes to the file. */
type Versions = Map<string, { file: InputFile; version: string }>;

async function versionsOf(inputs: readonly string[]): Promise<Versions> {
  const versions: Versions = new Map();
  for (const file of await listFiles(inputs)) {
    // it is told once
    if (file.problem) versions.set(file.name, { file, version: file.problem.message });
    const found = file.problem ? undefined : await stat(file.name).catch(() => undefined);
    if (found?.isFile())
      versions.set(file.name, { file, version: `${found.size} ${found.mtimeMs}` });
  }
  return versions;
}
