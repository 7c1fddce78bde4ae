import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { findBinaries } from "../../runner/database/embedded/binaries.ts";

/**
 * Puts the data of a new server into a `.dataform` folder, which is made where it is missing, for tests that are not
 * about how such data are made: initdb takes half a second of processor time, and a copy a tenth of that. Where this test
 * run has no server of that major version, nothing is done, and the first start makes them.
 */
export function putMadeData(folder: string, major = findBinaries().major): void {
  const made = join(inject("madeDataFolder"), `${major}`);
  if (!existsSync(made)) return;
  mkdirSync(folder, { recursive: true });
  copyData(made, join(folder, "postgres"));
}

/** Copies the data folder of a server that does not run, with the owner of each file. */
export function copyData(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
}
