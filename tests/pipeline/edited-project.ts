import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Database } from "../../runner/database/database.ts";
import type { RunConfig } from "../../runner/plan/run-config.ts";
import type { RunResult } from "../../runner/results/run-result.ts";
import { runProject } from "../support/run-project.ts";
import { projectDir } from "./warehouse.ts";

/** A copy of the warehouse's project that a test edits as an analyst would. */
export interface EditedProject {
  /** Replaces a text of a dimension's file; fails when it is not there. */
  edit(dimension: string, text: string, replacement: string): void;
  run(database: Database, config?: RunConfig, vars?: Record<string, string>): Promise<RunResult>;
}

/** Makes the copy in a temporary folder, gone when the test ends. */
export function editedProject(): EditedProject {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-warehouse-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ["dataform.json", "definitions", "includes"]) {
    cpSync(join(projectDir, part), join(folder, part), { recursive: true });
  }
  return {
    edit: (dimension, text, replacement) => {
      const path = join(folder, `definitions/dimensions/${dimension}.sqlx`);
      const source = readFileSync(path, "utf8");
      if (!source.includes(text)) throw new Error(`${dimension} does not say ${text}`);
      writeFileSync(
        path,
        source.replace(text, () => replacement),
      );
    },
    run: (database, runConfig = {}, vars = {}) =>
      runProject({ projectDir: folder, database, runConfig, overrides: { vars } }),
  };
}
