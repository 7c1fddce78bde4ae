import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { RunnerError } from "../../errors.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { Binaries } from "./binaries.ts";
import { writeOwner } from "./copied-data.ts";
import { embeddedFailure, spawnFailure } from "./embedded-failure.ts";
import type { EmbeddedPaths } from "./embedded-paths.ts";
import { canReach, type ServerUser } from "./server-user.ts";
import { sharedFolder } from "./shared-folder.ts";

/**
 * Returns the real data folder, made on first use. Root's server cannot enter a private project
 * folder; its data then live in a shared one under a new name, and `postgres` is a link to them.
 */
export async function prepareDataFolder(
  paths: EmbeddedPaths,
  binaries: Binaries,
  user: ServerUser | undefined,
): Promise<string> {
  if (!existsSync(paths.data)) await createDataFolder(paths, binaries, user);
  rejectOtherMajor(paths, binaries);
  return realpathSync(paths.data);
}

/**
 * The major version that made a data folder, `unknown` where its file holds something else, or undefined
 * while there is none.
 */
export function dataVersion(data: string): string | undefined {
  try {
    const text = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
    // A link of that name in a hostile project leads to any file of the user, and errors tell the version.
    return /^\d+(\.\d+)?$/.test(text) ? text : "unknown";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new RunnerError("CONNECTION_FAILED", `${data} belongs to another user`, {
      hint: "run as the user who ran first, or set DATABASE_URL",
      cause: error,
    });
  }
}

/**
 * Until it is complete the folder has another name, so that a killed process leaves no incomplete data
 * folder; the next one for the same project removes what is left.
 */
async function createDataFolder(
  paths: EmbeddedPaths,
  binaries: Binaries,
  user: ServerUser | undefined,
): Promise<void> {
  const isNear = user === undefined || canReach(paths.folder, user);
  const shared = isNear ? undefined : sharedFolder(user);
  const place = shared === undefined ? paths.data : join(shared, randomUUID());
  const draft = nameForDraft(shared === undefined ? place : join(shared, idOf(paths)));
  try {
    mkdirSync(draft, { mode: 0o700 });
    if (user !== undefined) chownSync(draft, user.uid, user.gid);
    await runInitdb(draft, binaries, user);
    appendFileSync(join(draft, "postgresql.conf"), serverSettings);
    if (shared !== undefined) writeOwner(draft, paths.folder);
    // A link whose target is gone may be there.
    rmSync(paths.data, { force: true });
    renameSync(draft, place);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  if (shared !== undefined) symlinkSync(place, paths.data);
}

/** A new name for data that are being made, after those of killed processes are removed. */
function nameForDraft(path: string): string {
  const prefix = `${basename(path)}.new-`;
  const left = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  for (const name of left) rmSync(join(dirname(path), name), { recursive: true, force: true });
  return `${path}.new-${randomUUID().slice(0, 8)}`;
}

/** By this name the drafts of a `.dataform` folder are found among those of others. */
export function idOf({ folder }: Pick<EmbeddedPaths, "folder">): string {
  return shortHash(realpathSync(folder));
}

async function runInitdb(data: string, binaries: Binaries, user: ServerUser | undefined) {
  const program = join(binaries.folder, "bin", "initdb");
  const options = [
    ...["--pgdata", data, "--username", "postgres", "--encoding", "UTF8", "--no-instructions"],
    // The socket folder is private. TCP connections, if enabled, need a password.
    ...["--auth-local", "trust", "--auth-host", "scram-sha-256"],
    ...localeOptions(binaries.major),
  ];
  try {
    await promisify(execFile)(program, options, { ...user, cwd: "/", env: serverEnvironment });
  } catch (error) {
    const { stderr = "", syscall } = error as { stderr?: string; syscall?: string };
    if (syscall !== undefined) throw spawnFailure(program, error);
    throw embeddedFailure("initdb could not make the embedded database", stderr, error);
  }
}

/** The same order and case rules on every machine; PostgreSQL brings its own from 17 on. */
function localeOptions(major: number): string[] {
  if (major < 17) return ["--locale", "C"];
  return ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"];
}

/** Nothing of the caller's environment reaches the server: no password, no PG* variable. */
export const serverEnvironment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

const serverSettings = `
# Settings of dataform-postgres; the socket folder is chosen at every start.
listen_addresses = ''
unix_socket_permissions = 0700
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%a '
cluster_name = 'dataform'
`;

function rejectOtherMajor({ data }: EmbeddedPaths, { major }: Binaries): void {
  const found = dataVersion(data);
  if (found === String(major)) return;
  throw new RunnerError(
    "CONNECTION_FAILED",
    `${data} was made by PostgreSQL ${found ?? "(unknown)"}, and this version brings PostgreSQL ${major}`,
    {
      hint: `dataform db upgrade moves them, with the programs of PostgreSQL ${found ?? "(unknown)"} (docs/embedded.md, "Another major version"); to start empty: mv ${data} ${data}-${found ?? "old"}`,
    },
  );
}
