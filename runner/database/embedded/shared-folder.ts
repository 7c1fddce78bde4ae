import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { canReach, type ServerUser } from "./server-user.ts";

const name = "dataform-postgres";

/**
 * A folder of root that the server's user can enter, for files that cannot stay in a private
 * project folder: `/var/lib/dataform-postgres`, or a temporary folder where that cannot be made.
 */
export function sharedFolder(user: ServerUser): string {
  for (const parent of ["/var/lib", tmpdir(), "/tmp"]) {
    const folder = join(parent, name);
    if (existsSync(parent) && canReach(parent, user) && isOurs(folder)) return folder;
  }
  throw new RunnerError(
    "CONNECTION_FAILED",
    "the embedded server found no folder that its unprivileged user can enter",
    { hint: `make /var/lib/${name} writable for root, or set DATABASE_URL` },
  );
}

/** In a folder that other users can write to, one of them may have made it first. */
function isOurs(folder: string): boolean {
  try {
    if (!existsSync(folder)) {
      mkdirSync(folder);
      // Not left to the umask: the server's user has to get in.
      chmodSync(folder, 0o755);
    }
    const { uid, mode } = statSync(folder);
    return uid === 0 && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}
