import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What a new project's package.json has to ask npm for to get this package again: the version, when
 * it was installed from a registry; else the tarball, folder or address that it came from.
 * `version`: this package's own.
 */
export function packageSource(version: string, from = import.meta.url): string {
  const root = packageFolder(dirname(fileURLToPath(from)));
  if (root === undefined) return version;
  const modules = dirname(root);
  if (basename(modules) !== "node_modules") return `file:${root}`;
  const resolved = resolvedBy(modules, basename(root));
  if (resolved === undefined || resolved.includes(`/${basename(root)}/-/`)) return version;
  const path = /^file:(.*)$/.exec(resolved)?.[1];
  return path === undefined ? resolved : `file:${resolve(dirname(modules), path)}`;
}

function packageFolder(folder: string): string | undefined {
  if (existsSync(resolve(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : packageFolder(parent);
}

/** npm writes down where it got every package from. */
function resolvedBy(modules: string, name: string): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(resolve(modules, ".package-lock.json"), "utf8"));
    const resolved: unknown = lock.packages?.[`node_modules/${name}`]?.resolved;
    return typeof resolved === "string" ? resolved : undefined;
  } catch {
    return undefined;
  }
}
