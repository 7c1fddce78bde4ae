import { readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { RunnerError } from "../../errors.ts";

/** The account that the server runs under, when that is not the caller's own. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root. For root this returns the account that owns the data, or an
 * unprivileged one while there are no data; for everybody else undefined.
 */
export function serverUser(dataFolder: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return unprivilegedUser();
}

/** Whether the user (undefined: the caller) can enter the folder or run the file. */
export function canReach(path: string, user: ServerUser | undefined): boolean {
  if (user === undefined) return true;
  const real = realpathSync(path);
  return (
    mayEnter(statSync(real), user) && (dirname(real) === real || canReach(dirname(real), user))
  );
}

function mayEnter({ mode, uid, gid }: Stats, user: ServerUser): boolean {
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/** initdb looks its user up by number, so the account has to exist. */
function unprivilegedUser(): ServerUser {
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .filter((line) => /^[^#:]/.test(line))
    .map((line) => line.split(":"))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0);
  const account = accounts.find(({ name }) => name === "nobody") ?? accounts[0];
  if (account !== undefined) return { uid: account.uid, gid: account.gid };
  throw new RunnerError(
    "CONNECTION_FAILED",
    "PostgreSQL does not run as root, and /etc/passwd holds no other account",
    { hint: "add an account (useradd postgres), or set DATABASE_URL" },
  );
}
