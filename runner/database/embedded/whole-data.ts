import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isPlainFolder } from "../../own-files.ts";
import type { EmbeddedPaths } from "./embedded-paths.ts";

/** Where new data lie that are whole, between the two steps that put them in their place. */
export function wholeFolder({ folder }: EmbeddedPaths): string {
  return join(folder, "postgres-whole");
}

/**
 * Moves complete new data to their place when there are none; continues where an earlier process was
 * killed between the two steps. A link in the place of the folder of new data is left alone: it may lead to
 * the data of another project.
 */
export function takeWholeData(paths: EmbeddedPaths): void {
  const data = join(wholeFolder(paths), "postgres");
  const isOwn = isPlainFolder(wholeFolder(paths));
  if (!isOwn || existsSync(paths.data) || !existsSync(data)) return;
  renameSync(data, paths.data);
  rmSync(wholeFolder(paths), { recursive: true, force: true });
}
