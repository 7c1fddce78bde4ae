import { existsSync } from "node:fs";
import { defaultConnectTimeoutMillis, type ServerAddress } from "../settings/server-address.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { countOthers, type Keeper, openKeeper } from "./clients.ts";
import { prepareDataFolder } from "./data-folder.ts";
import { type EmbeddedPaths, embeddedPaths } from "./embedded-paths.ts";
import {
  findPostmaster,
  hasSocket,
  isEnding,
  type Postmaster,
  startPostmaster,
  stopPostmaster,
} from "./postmaster.ts";
import { reachableBinaries } from "./reachable-binaries.ts";
import { serverUser } from "./server-user.ts";
import { keptPort } from "./tcp-access.ts";
import { underLock } from "./under-lock.ts";

/** The right to use an embedded server: it is not stopped by anybody before `release`. */
export interface EmbeddedLease {
  address: ServerAddress;
  /** `embedded PostgreSQL 18.4 (<project>/.dataform/postgres)` */
  description: string;
  /** The server process of the connection that keeps the server running. */
  keeperId: number;
  /** Stops the server unless others use it or it was told to stay. `processIds`: own connections. */
  release(processIds: number[]): Promise<void>;
}

/** Where to start a server, and with which programs (those of this package unless given). */
export interface StartOptions {
  /** The `.dataform` folder; made when it does not exist. */
  folder: string;
  binaries?: Binaries;
  /** Called when the server runs, before anybody else may stop it. */
  onStart?: (paths: EmbeddedPaths) => void;
  /** Port of 127.0.0.1 on which it takes TCP connections too. */
  port?: number | undefined;
  /** Told, in words for people, what takes a while. */
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A server that runs until `stop`. */
export interface EmbeddedServer extends Postmaster {
  /** Address of the database `dataform` on it, as its superuser. */
  address: ServerAddress;
  stop(): Promise<void>;
}

/** Makes the data on first use and starts the server, or finds it running. */
export async function startEmbedded(options: StartOptions): Promise<EmbeddedServer> {
  const { port, binaries = findBinaries(), onProgress = () => {} } = options;
  const start = async (paths: EmbeddedPaths) => {
    const { postmaster, keeper } = await openRunning(paths, { binaries, onProgress, port });
    const address = addressOf(postmaster);
    await keeper.close();
    options.onStart?.(paths);
    return { ...postmaster, address, stop: () => stopPostmaster(postmaster) };
  };
  return await underLock(options.folder, options.signal, start, onProgress);
}

/** Starts the server when it does not run, and keeps it running until the lease is released. */
export async function leaseEmbedded(
  folder: string,
  signal?: AbortSignal,
  onProgress: (message: string) => void = () => {},
): Promise<EmbeddedLease> {
  const lease = (paths: EmbeddedPaths) =>
    openRunning(paths, { binaries: findBinaries(), onProgress, port: keptPort(paths) });
  const { postmaster, keeper } = await underLock(folder, signal, lease, onProgress);
  return {
    address: addressOf(postmaster),
    keeperId: keeper.processId,
    description: `embedded PostgreSQL ${keeper.version} (${embeddedPaths(folder).data})`,
    release: (processIds) =>
      underLock(folder, undefined, (paths) => releaseLease(paths, postmaster, keeper, processIds)),
  };
}

/** The address of the database `dataform` on a running server. */
export function addressOf({ socketFolder, port }: Postmaster): ServerAddress {
  return {
    host: socketFolder,
    port,
    user: "postgres",
    password: undefined,
    database: "dataform",
    tls: { ssl: false, optional: false, mode: "disable" },
    connectTimeoutMillis: defaultConnectTimeoutMillis,
  };
}

interface EnsureOptions {
  binaries: Binaries;
  onProgress: (message: string) => void;
  port: number | undefined;
}

/** A server that is found while it ends, as one that was killed does, is started again. */
async function openRunning(
  paths: EmbeddedPaths,
  options: EnsureOptions,
): Promise<{ postmaster: Postmaster; keeper: Keeper }> {
  const found = await ensureRunning(paths, options);
  try {
    return { postmaster: found, keeper: await openKeeper(addressOf(found)) };
  } catch (error) {
    if (!(await isEnding(found))) throw error;
    const postmaster = await ensureRunning(paths, options);
    return { postmaster, keeper: await openKeeper(addressOf(postmaster)) };
  }
}

async function ensureRunning(
  paths: EmbeddedPaths,
  { binaries: installed, onProgress, port }: EnsureOptions,
): Promise<Postmaster> {
  const running = await findPostmaster(paths.data);
  if (running !== undefined) {
    if (hasSocket(running)) return running;
    await stopPostmaster(running);
  }
  onProgress(
    existsSync(paths.data)
      ? "starting PostgreSQL …"
      : `making a PostgreSQL database in ${paths.data} …`,
  );
  const user = serverUser(paths.data);
  const binaries = reachableBinaries(installed, user);
  const dataFolder = await prepareDataFolder(paths, binaries, user);
  return await startPostmaster({ binaries, dataFolder, user, log: paths.log, port });
}

// Every command that leaves others at work waits for so long at its end.
const shortMomentMillis = 100;

/** Who cannot ask whether others are connected must not stop the server. */
async function releaseLease(
  paths: EmbeddedPaths,
  postmaster: Postmaster,
  keeper: Keeper,
  processIds: number[],
): Promise<void> {
  await keeper.close();
  if (existsSync(paths.keep)) return;
  const own = [...processIds, keeper.processId];
  const others = await countOthers(addressOf(postmaster), own, shortMomentMillis).catch(
    () => undefined,
  );
  if (others === 0) await stopPostmaster(postmaster);
}
