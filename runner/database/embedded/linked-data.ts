import { existsSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { RunnerError } from "../../errors.ts";
import { isLink, isPlainFile } from "../../own-files.ts";
import type { EmbeddedPaths } from "./embedded-paths.ts";
import { isSharedFolder } from "./shared-folder.ts";

/** In the data that stand elsewhere: names the `.dataform` folder that they belong to. */
export const ownerFile = "dataform_owner";

/**
 * The real data folder that the link `postgres` of a `.dataform` folder leads to; undefined where there is
 * no link, or one that leads to nothing. Throws USAGE for a link to anything else than data that stand
 * elsewhere: the author of a project may have put the link there, and the database of another project or a
 * folder with other files is not theirs to use.
 */
export function linkedData({ data }: Pick<EmbeddedPaths, "data">): string | undefined {
  if (!isLink(data) || !existsSync(data)) return undefined;
  const real = realpathSync(data);
  if (isInSharedFolder(data) || hasOwner(data, real)) return real;
  throw new RunnerError("USAGE", `${data} is a link, and no data of this project are behind it`, {
    hint: 'remove the link, then this project begins with an empty database; for data that you have moved yourself see docs/embedded.md, "Data in another place"',
  });
}

/**
 * Whether data are a link to a folder in the shared one, where only root puts something, under a name that
 * nobody can guess. A link by way of the `.dataform` folder of another project is none.
 */
export function isInSharedFolder(data: string): boolean {
  return isLink(data) && isSharedFolder(dirname(placeNamedBy(data)));
}

/** Data that their user moved elsewhere; data in a `.dataform` folder belong to that project. */
function hasOwner(data: string, real: string): boolean {
  const isNamedDirectly = placeNamedBy(data) === real && !real.split(sep).includes(".dataform");
  return isNamedDirectly && isPlainFile(join(real, ownerFile));
}

/** The place that a link itself names, which may be another link. */
function placeNamedBy(link: string): string {
  const named = resolve(realpathSync(dirname(link)), readlinkSync(link));
  try {
    return join(realpathSync(dirname(named)), basename(named));
  } catch {
    return named;
  }
}
