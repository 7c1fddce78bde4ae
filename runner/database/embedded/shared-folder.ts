import { chmodSync, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { canReach, type ServerUser } from "./server-user.ts";

const name = "dataform-postgres";
const parents = () => ["/var/lib", tmpdir(), "/tmp"];

/**
 * A folder of root that the server's user can enter, for files that cannot stay in a private
 * project folder: `/var/lib/dataform-postgres`, or a temporary folder where that cannot be made.
 */
export function sharedFolder(user: ServerUser): string {
  for (const parent of parents()) {
    const folder = join(parent, name);
    if (existsSync(parent) && canReach(parent, user) && makeOurs(folder)) return folder;
  }
  throw new RunnerError(
    "CONNECTION_FAILED",
    "the embedded server found no folder that its unprivileged user can enter",
    { hint: `make /var/lib/${name} writable for root, or set DATABASE_URL` },
  );
}

/** Whether a folder (its real path) is one that `sharedFolder` returns, whoever asks. */
export function isSharedFolder(folder: string): boolean {
  return parents().some((parent) => {
    const place = join(parent, name);
    return existsSync(place) && realpathSync(place) === folder && isOfRoot(folder);
  });
}

/** In a folder that other users can write to, one of them may have made it first. */
function makeOurs(folder: string): boolean {
  try {
    if (!existsSync(folder)) {
      mkdirSync(folder);
      // Not left to the umask: the server's user has to get in.
      chmodSync(folder, 0o755);
    }
    return isOfRoot(folder);
  } catch {
    return false;
  }
}

function isOfRoot(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === 0 && (mode & 0o022) === 0;
}
