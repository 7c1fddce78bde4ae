import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onExit } from "../runner/ending-listeners.ts";

/** Makes a folder with the name in its own, and returns its real path. It is gone when the process ends. */
export function temporaryFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `dfpg-bench-${name}-`)));
  onExit(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
