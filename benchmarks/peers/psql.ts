import { execFileSync } from "node:child_process";
import { type Measurement, measure } from "../measure.ts";

/** Whether psql is on the PATH. */
export function hasPsql(): boolean {
  try {
    execFileSync("psql", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Runs psql once on a database, with these arguments: `["-f", file]`. */
export function runPsql(cwd: string, url: string, what: readonly string[]): Promise<Measurement> {
  const quiet = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"];
  return measure({ program: "psql", args: [...quiet, ...what, url], cwd });
}
