import { execFileSync } from "node:child_process";
import { type Measurement, measure } from "../measure.ts";

/** Whether psql is on the PATH. */
export function hasPsql(): boolean {
  return psqlVersion() !== undefined;
}

/** The version of the psql on the PATH. */
export function psqlVersion(): string | undefined {
  try {
    const text = execFileSync("psql", ["--version"], { encoding: "utf8" });
    return /\d+(\.\d+)*/.exec(text)?.[0];
  } catch {
    return undefined;
  }
}

/** Runs psql once on a database, with these arguments: `["-f", file]`. */
export function runPsql(cwd: string, url: string, what: readonly string[]): Promise<Measurement> {
  const quiet = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"];
  return measure({ program: "psql", args: [...quiet, ...what, url], cwd });
}
