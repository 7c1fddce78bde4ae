import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The folder of PostgreSQL's own client programs, as `pg_config` says; undefined where there are none. */
export function psqlFolder(): string | undefined {
  try {
    const folder = execFileSync("pg_config", ["--bindir"], { encoding: "utf8" }).trim();
    return existsSync(join(folder, "psql")) ? folder : undefined;
  } catch {
    return undefined;
  }
}
