import { randomUUID } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { isOursAlone, makeFolder, userCacheFolder } from "../../own-files.ts";
import { type Binaries, linkLibraries } from "./binaries.ts";
import { canReach, type ServerUser } from "./server-user.ts";
import { sharedFolder } from "./shared-folder.ts";

/**
 * Returns programs that the server's user can run: the installed ones where possible, else a copy
 * that is made once per build. Throws CONNECTION_FAILED when there is no folder for it.
 */
export function reachableBinaries(binaries: Binaries, user: ServerUser | undefined): Binaries {
  const isLinked = linkLibraries(binaries);
  if (isLinked && canReach(join(binaries.folder, "bin", "postgres"), user)) return binaries;
  const folder = user === undefined ? ownFolder() : sharedFolder(user);
  const copy = join(folder, `build-${binaries.build}`);
  if (!existsSync(copy)) copyOnce(binaries, copy);
  return { ...binaries, folder: join(copy, "native") };
}

/**
 * A folder of the caller, who is not root, for the copy. It is never in a project: who clones one would
 * start the programs that its author put there.
 */
function ownFolder(): string {
  const places = [userCacheFolder(), join(tmpdir(), `dataform-postgres-${process.getuid?.()}`)];
  const found = places.find((place) => place !== undefined && makeOwn(place));
  if (found !== undefined) return found;
  throw new RunnerError(
    "CONNECTION_FAILED",
    "npm has not linked the libraries of the embedded PostgreSQL, and there is no folder for a copy of it",
    { hint: "name a folder that belongs to you in XDG_CACHE_HOME, or set DATABASE_URL" },
  );
}

/** Others may write to the temporary folder, and one of them may have made this one first. */
function makeOwn(folder: string): boolean {
  try {
    makeFolder(folder, 0o700);
    accessSync(folder, constants.W_OK);
    return isOursAlone(lstatSync(folder));
  } catch {
    return false;
  }
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
