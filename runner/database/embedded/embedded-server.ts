import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunnerError } from "../../errors.ts";
import { replaceOwnFile } from "../../own-files.ts";
import { describeAddress } from "../settings/server-address.ts";
import { countOthers, setPassword } from "./clients.ts";
import { isCopied } from "./copied-data.ts";
import { dataVersion } from "./data-folder.ts";
import { addressOf, startEmbedded } from "./embedded-lease.ts";
import { type EmbeddedPaths, embeddedPaths } from "./embedded-paths.ts";
import { findPostmaster, type Postmaster, stopPostmaster } from "./postmaster.ts";
import { keptPort, passwordFor, requireFreePort } from "./tcp-access.ts";
import { underLock } from "./under-lock.ts";

/** The state of a project's embedded server. */
export interface EmbeddedStatus {
  state: "running" | "stopped";
  /** Told to stay by `startEmbeddedForGood`. */
  isKept: boolean;
  /** `<project>/.dataform/postgres`, which may be a link. */
  dataFolder: string;
  /** Major version that made the data; absent before the first start. */
  version?: string;
  log: string;
  pid?: number;
  socketFolder?: string;
  /** `postgres://…`, good for psql; absent while the server is stopped. */
  connectionString?: string;
  /** The same by TCP, without the password; absent without `--port`. */
  tcp?: string;
  /** Where the password for TCP is stored. */
  passwordFile?: string;
  /** The password for TCP, the one time that it is made. */
  password?: string;
}

/** Looks at the embedded server of a project and changes nothing. */
export async function embeddedStatus(projectDir: string): Promise<EmbeddedStatus> {
  return await describe(embeddedPaths(folderOf(projectDir)));
}

/** How a server is started for good. */
export interface StartForGoodOptions {
  /** Port of 127.0.0.1 on which it takes TCP connections; none unless given. */
  port?: number | undefined;
  /** Their password; made or taken from its file unless given. */
  password?: string | undefined;
}

/**
 * Starts the server of a project, if necessary, and lets it run until `stopEmbedded`. A server
 * without the port, or with another one, is restarted. Throws CONNECTION_FAILED when others use the
 * server meanwhile, or when the port is taken.
 */
export async function startEmbeddedForGood(
  projectDir: string,
  { port, password }: StartForGoodOptions = {},
): Promise<EmbeddedStatus> {
  const folder = folderOf(projectDir);
  const paths = embeddedPaths(folder);
  if (port !== undefined) await makeRoomForPort(folder, port);
  const kept = port ?? (existsSync(paths.data) ? keptPort(paths) : undefined);
  const { address } = await startEmbedded({
    folder,
    port: kept,
    onStart: ({ keep }) => replaceOwnFile(keep, kept === undefined ? "" : String(kept)),
  });
  if (port === undefined) return await describe(paths);
  const access = passwordFor(paths, password);
  await setPassword(address, access.password);
  return { ...(await describe(paths)), ...(access.isNew && { password: access.password }) };
}

async function makeRoomForPort(folder: string, port: number): Promise<void> {
  await underLock(folder, undefined, async ({ data }) => {
    const running = await findPostmaster(data);
    if (running?.listensOn !== "" && running?.port === port) return;
    await requireFreePort(port);
    if (running === undefined) return;
    const others = await countOthers(addressOf(running), []);
    if (others > 0) {
      throw new RunnerError(
        "CONNECTION_FAILED",
        `the embedded server runs without port ${port}, and ${others} others use it`,
        { hint: "wait for them, or end them: dataform db stop" },
      );
    }
    await stopPostmaster(running);
  });
}

/**
 * Stops the server of a project. While others are connected it goes on, and the last command to
 * finish stops it; `force` disconnects them. Returns the state afterwards.
 */
export async function stopEmbedded(
  projectDir: string,
  options: { force?: boolean } = {},
): Promise<EmbeddedStatus> {
  const folder = folderOf(projectDir);
  if (existsSync(folder)) {
    await underLock(folder, undefined, async ({ data, keep }) => {
      rmSync(keep, { force: true });
      const running = await findPostmaster(data);
      if (running === undefined) return;
      const others = options.force ? 0 : await countOthers(addressOf(running), []);
      if (others === 0) await stopPostmaster(running);
    });
  }
  return await describe(embeddedPaths(folder));
}

function folderOf(projectDir: string): string {
  return join(resolve(projectDir), ".dataform");
}

async function describe(paths: EmbeddedPaths): Promise<EmbeddedStatus> {
  const { data, keep, log, password } = paths;
  // A copy of a project has no data yet.
  const isNew = isCopied(paths);
  const running = isNew ? undefined : await findPostmaster(data);
  const version = isNew ? undefined : dataVersion(data);
  return {
    state: running === undefined ? "stopped" : "running",
    isKept: existsSync(keep) && !isNew,
    dataFolder: data,
    log,
    ...(version === undefined ? {} : { version }),
    ...(running === undefined
      ? {}
      : {
          pid: running.pid,
          socketFolder: running.socketFolder,
          connectionString: describeAddress(addressOf(running)),
          ...(running.listensOn !== "" && tcpOf(running, password)),
        }),
  };
}

function tcpOf(running: Postmaster, passwordFile: string) {
  return { tcp: describeAddress({ ...addressOf(running), host: running.listensOn }), passwordFile };
}
