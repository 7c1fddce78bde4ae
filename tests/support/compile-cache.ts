import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Lets the compiled projects of a test run be kept for that run, and not among those of the user. */
export function keepCompiledForThisRun(): void {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-compiled-"));
  process.env.DATAFORM_COMPILE_CACHE = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
