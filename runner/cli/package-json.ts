import { existsSync, readFileSync } from "node:fs";

interface PackageJson {
  version: string;
  dependencies: Record<string, string>;
}

/** Our own package.json; it lies one folder higher for the build in dist/ than for the source. */
export function ownPackage(): PackageJson {
  const file = ["../../package.json", "../../../package.json"]
    .map((path) => new URL(path, import.meta.url))
    .find(existsSync);
  if (!file) return { version: "unknown", dependencies: {} };
  return JSON.parse(readFileSync(file, "utf8")) as PackageJson;
}
