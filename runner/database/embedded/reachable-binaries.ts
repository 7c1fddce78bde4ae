import { randomUUID } from "node:crypto";
import { chmodSync, cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Binaries, linkLibraries } from "./binaries.ts";
import { canReach, type ServerUser } from "./server-user.ts";
import { sharedFolder } from "./shared-folder.ts";

/**
 * Returns programs that the server's user can run: the installed ones where possible, else a copy
 * that is made once per build. A caller who is not root gets the copy in `folder`.
 */
export function reachableBinaries(
  binaries: Binaries,
  user: ServerUser | undefined,
  folder: string,
): Binaries {
  const isLinked = linkLibraries(binaries);
  if (isLinked && canReach(join(binaries.folder, "bin", "postgres"), user)) return binaries;
  const copy = join(user === undefined ? folder : sharedFolder(user), `build-${binaries.build}`);
  if (!existsSync(copy)) copyOnce(binaries, copy);
  return { ...binaries, folder: join(copy, "native") };
}

/** A copy that was cut short must never be found, so it gets its name when it is complete. */
function copyOnce(binaries: Binaries, copy: string): void {
  const draft = `${copy}.${randomUUID()}`;
  const native = join(draft, "native");
  try {
    cpSync(binaries.folder, native, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith(".a"),
    });
    linkLibraries({ ...binaries, folder: native });
    openForReading(draft);
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

function openForReading(path: string): void {
  const { mode } = statSync(path);
  const isFolder = statSync(path).isDirectory();
  chmodSync(path, isFolder || (mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (!isFolder) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) openForReading(join(path, entry.name));
  }
}
