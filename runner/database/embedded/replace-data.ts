import { existsSync, lstatSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isPlainFolder } from "../../own-files.ts";
import type { ServerAddress } from "../settings/server-address.ts";
import type { Binaries } from "./binaries.ts";
import { isCopied } from "./copied-data.ts";
import { startEmbedded } from "./embedded-lease.ts";
import { type EmbeddedPaths, embeddedPaths } from "./embedded-paths.ts";
import { isInSharedFolder } from "./linked-data.ts";
import { findPostmaster, stopPostmaster } from "./postmaster.ts";
import { takeWholeData, wholeFolder } from "./whole-data.ts";

/**
 * Puts new data in the place of those of a `.dataform` folder, whose server does not run and whose lock
 * is held: `fill` gets the address of an empty server. The old data keep everything and get another
 * name, which is returned; undefined where there were none. When `fill` throws, or this is killed at any
 * moment, the old data or the whole new ones are in place, also for the next command.
 */
export async function replaceData(
  paths: EmbeddedPaths,
  binaries: Binaries,
  fill: (address: ServerAddress) => Promise<void>,
): Promise<string | undefined> {
  const draft = join(paths.folder, "postgres-new");
  for (const left of [draft, wholeFolder(paths)]) await removeData(left);
  const server = await startEmbedded({ folder: draft, binaries });
  try {
    await fill(server.address);
    await server.stop();
  } catch (error) {
    await server.stop();
    await removeData(draft);
    throw error;
  }
  // From here on the new data are whole, and a command that finds no others takes them.
  renameSync(draft, wholeFolder(paths));
  const before = lstatSync(paths.data, { throwIfNoEntry: false }) && nameForOld(paths);
  if (before !== undefined) renameSync(paths.data, before);
  takeWholeData(paths);
  return before;
}

function nameForOld({ data }: EmbeddedPaths): string {
  const at = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  const name = `${data}-before-${at}`;
  return existsSync(name) ? `${name}-${process.pid}` : name;
}

/** Removes what a killed replacement left: its server, and its data, also where they stand elsewhere. */
async function removeData(folder: string): Promise<void> {
  const data = ownDataIn(folder);
  if (data !== undefined) {
    const running = await findPostmaster(data);
    if (running !== undefined) await stopPostmaster(running);
    rmSync(data, { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The real data folder of a replacement. What another link leads to stays: the author of a project may
 * have put the link there.
 */
function ownDataIn(folder: string): string | undefined {
  const paths = embeddedPaths(folder);
  if (!isPlainFolder(folder) || !existsSync(paths.data)) return undefined;
  const isOwn = isPlainFolder(paths.data) || (isInSharedFolder(paths.data) && !isCopied(paths));
  return isOwn ? realpathSync(paths.data) : undefined;
}
