import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RunnerError } from "../../errors.ts";
import { isLink, isPlainFile, replaceOwnFile } from "../../own-files.ts";
import type { Binaries } from "./binaries.ts";
import { serverEnvironment } from "./data-folder.ts";
import { embeddedFailure, spawnFailure } from "./embedded-failure.ts";
import { isRunning, serves } from "./process-identity.ts";
import { canReach, type ServerUser } from "./server-user.ts";

/** A running PostgreSQL server of ours. */
export interface Postmaster {
  pid: number;
  /** The real data folder, no link. */
  dataFolder: string;
  /** The private folder with the unix socket. */
  socketFolder: string;
  /** 5432, or that of `PostmasterOptions`; a part of the socket's name. */
  port: number;
  /** Address on which it takes TCP connections too; empty without any. */
  listensOn: string;
}

/** What a server is started with. */
export interface PostmasterOptions {
  binaries: Binaries;
  dataFolder: string;
  user: ServerUser | undefined;
  log: string;
  /** Port of 127.0.0.1 on which it takes TCP connections, with a password; none without. */
  port?: number | undefined;
}

const socketFolderPrefix = "dataform-pg-";
const startPatienceMillis = 120_000;
const stopPatienceMillis = 60_000;
const survivorPatienceMillis = 10_000;

/** Finds the server that runs on a data folder, waiting for one that is starting or stopping. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  if (!existsSync(data)) return undefined;
  const dataFolder = realpathSync(data);
  const deadline = Date.now() + startPatienceMillis;
  while (Date.now() < deadline) {
    const found = readPidFile(dataFolder);
    if (found === undefined || !serves(found.postmaster.pid, dataFolder)) return undefined;
    if (found.status === "ready") {
      return found.postmaster;
    }
    await delay(10);
  }
  throw embeddedFailure(`the embedded server on ${dataFolder} has not become ready`, "");
}

/**
 * A clean-up of the temporary folder may delete the socket, and then no new connection is possible.
 */
export function hasSocket({ socketFolder, port }: Postmaster): boolean {
  return existsSync(join(socketFolder, `.s.PGSQL.${port}`));
}

/** Starts a server that outlives this process and returns when it takes connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const deadline = Date.now() + survivorPatienceMillis;
  for (;;) {
    disownPidFile(options);
    const socketFolder = makeSocketFolder(options.user);
    try {
      return await launch(options, socketFolder);
    } catch (error) {
      rmSync(socketFolder, { recursive: true, force: true });
      if (!hasSurvivors(error) || Date.now() > deadline) throw error;
    }
    await delay(100);
  }
}

/** Whether the process of a server, which could not be connected to, ends within a second. */
export async function isEnding({ pid }: Postmaster): Promise<boolean> {
  for (const deadline = Date.now() + 1000; isRunning(pid); await delay(10)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

/** Stops a server, disconnecting its clients, and returns when its process has ended. */
export async function stopPostmaster({ pid, socketFolder }: Postmaster): Promise<void> {
  if (isRunning(pid)) process.kill(pid, "SIGINT");
  const deadline = Date.now() + stopPatienceMillis;
  while (isRunning(pid)) {
    if (Date.now() > deadline) {
      throw embeddedFailure(`the embedded server (process ${pid}) has not stopped`, "");
    }
    await delay(5);
  }
  removeSocketFolder(socketFolder);
}

interface PidFile {
  postmaster: Postmaster;
  status: string;
}

const pidFileIn = (dataFolder: string) => join(dataFolder, "postmaster.pid");

/** A link of that name is none of a server's. */
function readPidFile(dataFolder: string): PidFile | undefined {
  const path = pidFileIn(dataFolder);
  let lines: string[];
  try {
    if (!isPlainFile(path)) return undefined;
    lines = readFileSync(path, "utf8").split("\n");
  } catch {
    return undefined;
  }
  const [pid, , , port, socketFolder = "", listensOn = "", , status = ""] = lines;
  return {
    postmaster: {
      ...{ pid: Number(pid), dataFolder, socketFolder, port: Number(port) },
      listensOn: listensOn.trim(),
    },
    status: status.trim(),
  };
}

/**
 * After a crash, or in a copied folder, the file names a process that is a zombie or something else
 * by now, and PostgreSQL would not start. It takes a file that names its parent process for a stale
 * one, and still looks for survivors of the old server, which it would not without the file.
 */
function disownPidFile({ dataFolder, user }: PostmasterOptions): void {
  const path = pidFileIn(dataFolder);
  // PostgreSQL would read what it leads to, and say it in an error.
  if (isLink(path)) rmSync(path);
  const stale = readPidFile(dataFolder);
  if (stale === undefined) return;
  const disowned = readFileSync(path, "utf8").replace(/^.*/, String(process.pid));
  replaceOwnFile(path, disowned, user);
  removeSocketFolder(stale.postmaster.socketFolder);
}

/** Sessions of a killed server notice its death a moment later, and end. */
function hasSurvivors(error: unknown): boolean {
  return error instanceof Error && error.message.includes("pre-existing shared memory block");
}

function removeSocketFolder(folder: string): void {
  if (mayBeOurs(folder)) rmSync(folder, { recursive: true, force: true });
}

/** Anything may stand in the pid file of a hostile project. */
function mayBeOurs(folder: string): boolean {
  const isNamed =
    basename(folder).startsWith(socketFolderPrefix) && socketParents().includes(dirname(folder));
  const stats = isNamed ? lstatSync(folder, { throwIfNoEntry: false }) : undefined;
  const uid = process.getuid?.();
  return stats?.isDirectory() === true && (uid === 0 || stats.uid === uid);
}

const socketParents = () => [tmpdir(), "/tmp"];

/** The path of a unix socket has about a hundred bytes, so it cannot lie in the project. */
function makeSocketFolder(user: ServerUser | undefined): string {
  const parent = socketParents().find(
    (candidate) =>
      Buffer.byteLength(candidate) < 70 && existsSync(candidate) && canReach(candidate, user),
  );
  if (parent === undefined) {
    throw new RunnerError("CONNECTION_FAILED", "there is no folder for the socket", {
      hint: "make /tmp available, or set DATABASE_URL",
    });
  }
  const folder = mkdtempSync(join(parent, socketFolderPrefix));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return folder;
}

async function launch(options: PostmasterOptions, socketFolder: string): Promise<Postmaster> {
  const { dataFolder, log } = options;
  const logStart = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const server = await spawnServer(options, socketFolder);
  const deadline = Date.now() + startPatienceMillis;
  while (server.exitCode === null && server.signalCode === null && Date.now() < deadline) {
    const found = readPidFile(dataFolder);
    if (found?.postmaster.pid === server.pid && found?.status === "ready") return found.postmaster;
    await delay(5);
  }
  const output = readFileSync(log).subarray(logStart).toString();
  throw embeddedFailure(`the embedded server did not start (log: ${log})`, output);
}

async function spawnServer(
  { binaries, dataFolder, log, user, port }: PostmasterOptions,
  socketFolder: string,
): Promise<ChildProcess> {
  const program = join(binaries.folder, "bin", "postgres");
  // It may hold rows and statements, so its owner alone reads it; a link of that name is not followed.
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const output = openSync(log, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
  fchmodSync(output, 0o600);
  try {
    const tcp = port === undefined ? [] : ["-c", "listen_addresses=127.0.0.1", "-p", String(port)];
    const server = spawn(program, ["-D", dataFolder, "-k", socketFolder, ...tcp], {
      ...user,
      // Ctrl-C in the terminal is for the command, not for the server.
      detached: true,
      // The caller's folder may be closed to the server's user.
      cwd: "/",
      env: serverEnvironment,
      stdio: ["ignore", output, output],
    });
    await once(server, "spawn");
    server.unref();
    return server;
  } catch (error) {
    throw spawnFailure(program, error);
  } finally {
    closeSync(output);
  }
}
