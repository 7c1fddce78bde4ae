import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddedPaths } from "./embedded-paths.ts";

/** Where new data lie that are whole, between the two steps that put them in their place. */
export function wholeFolder({ folder }: EmbeddedPaths): string {
  return join(folder, "postgres-whole");
}

/**
 * Moves complete new data to their place when there are none; continues where an earlier process was
 * killed between the two steps.
 */
export function takeWholeData(paths: EmbeddedPaths): void {
  const data = join(wholeFolder(paths), "postgres");
  if (existsSync(paths.data) || !existsSync(data)) return;
  renameSync(data, paths.data);
  rmSync(wholeFolder(paths), { recursive: true, force: true });
}
