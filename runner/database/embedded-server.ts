import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { countOthers } from "./embedded/clients.ts";
import { dataVersion } from "./embedded/data-folder.ts";
import { type EmbeddedPaths, embeddedPaths } from "./embedded/embedded-paths.ts";
import { findPostmaster, stopPostmaster } from "./embedded/postmaster.ts";
import { underLock } from "./embedded/under-lock.ts";
import { addressOf, startEmbedded } from "./embedded-lease.ts";
import { describeAddress } from "./server-address.ts";

/** What is known about a project's embedded server. */
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
}

/** Looks at the embedded server of a project and changes nothing. */
export async function embeddedStatus(projectDir: string): Promise<EmbeddedStatus> {
  return await describe(embeddedPaths(folderOf(projectDir)));
}

/** Starts the server of a project, if need be, and lets it run until `stopEmbedded`. */
export async function startEmbeddedForGood(projectDir: string): Promise<EmbeddedStatus> {
  const folder = folderOf(projectDir);
  await startEmbedded({
    folder,
    onStart: ({ keep }) => writeFileSync(keep, ""),
  });
  return await describe(embeddedPaths(folder));
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

async function describe({ data, keep, log }: EmbeddedPaths): Promise<EmbeddedStatus> {
  const running = await findPostmaster(data);
  const version = dataVersion(data);
  return {
    state: running === undefined ? "stopped" : "running",
    isKept: existsSync(keep),
    dataFolder: data,
    log,
    ...(version === undefined ? {} : { version }),
    ...(running === undefined
      ? {}
      : {
          pid: running.pid,
          socketFolder: running.socketFolder,
          connectionString: describeAddress(addressOf(running)),
        }),
  };
}
