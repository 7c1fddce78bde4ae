import { type FSWatcher, readdirSync, watch } from "node:fs";
import path from "node:path";

// Editors write a file in several steps.
const quietMillis = 10;

/**
 * Calls `onChange` some milliseconds after a change in a folder: of its files and folders, at any
 * depth, except hidden ones, `node_modules` and `target`. Returns a function that stops watching.
 */
export function watchFolders(root: string, onChange: () => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const changed = (_: unknown, name: string | null) => {
    if (name !== null && isLeftOut(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      follow();
      onChange();
    }, quietMillis);
  };
  // Node's own recursive watching opens every file on Linux, and misses files of new folders.
  const follow = () => {
    const folders = new Set(foldersIn(root));
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (!watchers.has(folder)) watchers.set(folder, watchFolder(folder, changed));
    }
  };
  follow();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function watchFolder(folder: string, changed: (_: unknown, name: string | null) => void) {
  // A folder that is removed while it is opened: its parent says so.
  return watch(folder, changed).on("error", () => undefined);
}

function foldersIn(folder: string): string[] {
  const inside = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !isLeftOut(entry.name),
  );
  return [folder, ...inside.flatMap(({ name }) => foldersIn(path.join(folder, name)))];
}

function isLeftOut(name: string): boolean {
  return name.startsWith(".") || name === "node_modules" || name === "target";
}
