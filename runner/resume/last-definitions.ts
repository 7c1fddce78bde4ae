import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DatabaseIdentity, isSameDatabase } from "../database/connection/server-identity.ts";
import { makeOwnFolder, replaceOwnFile } from "../own-files.ts";
import type { RunResult } from "../results/run-result.ts";
import { targetKey } from "../target.ts";

/** The fingerprint of each action, by `targetKey`, when it last ran well from this folder. */
export type LastDefinitions = ReadonlyMap<string, string>;

interface DefinitionsFile {
  version: 1;
  database: DatabaseIdentity;
  fingerprints: Record<string, string>;
}

/** The definitions that were last run on this database; none when the file is not there or of another one. */
export function readLastDefinitions(runLog: string, database: DatabaseIdentity): LastDefinitions {
  try {
    const file = JSON.parse(readFileSync(fileBeside(runLog), "utf8")) as DefinitionsFile;
    if (file.version !== 1 || !isSameDatabase(file.database, database)) return new Map();
    return new Map(Object.entries(file.fingerprints));
  } catch {
    return new Map();
  }
}

/**
 * Records beside the run's log which definition of each successful action ran. Failed actions are
 * removed from the record; unselected ones stay. When the file cannot be written, the next plan
 * only knows less.
 */
export function keepLastDefinitions(
  { runLog, database }: { runLog: string; database: DatabaseIdentity },
  { actions }: RunResult,
  fingerprints: ReadonlyMap<string, string>,
): void {
  const kept = new Map(readLastDefinitions(runLog, database));
  for (const { target, status } of actions) {
    const key = targetKey(target);
    const fingerprint = fingerprints.get(key);
    if (status === "successful" && fingerprint !== undefined) kept.set(key, fingerprint);
    else kept.delete(key);
  }
  const file = { version: 1, database, fingerprints: Object.fromEntries(kept) };
  replaceFile(fileBeside(runLog), `${JSON.stringify(file)}\n`);
}

function replaceFile(path: string, text: string): void {
  try {
    makeOwnFolder(dirname(path), dirname(dirname(path)));
    replaceOwnFile(path, text);
  } catch {
    // A plan then knows less, and says so.
  }
}

function fileBeside(runLog: string): string {
  return join(dirname(runLog), "last_definitions.json");
}
