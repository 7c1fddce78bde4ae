import { assertCompiled } from "../../../runner/compile/checks/assert-compiled.ts";
import type { Database } from "../../../runner/database/database.ts";
import { openDatabase } from "../../../runner/database/open-database.ts";
import type { UnitTestRun } from "../../../runner/results/unit-test-result.ts";
import { runUnitTests } from "../../../runner/unit-tests/run-unit-tests.ts";
import { compileOnce } from "../../support/compile-once.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

/** Opens a database that a test made. */
export function openTestDatabase(url: string): Promise<Database> {
  return openDatabase({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
}

/** Runs the unit tests of a project with these files. */
export async function testFiles(
  database: Database,
  files: Record<string, string>,
): Promise<UnitTestRun> {
  const { folder } = temporaryProject(files);
  const graph = await compileOnce({ projectDir: folder, unitTests: true });
  assertCompiled(graph, folder);
  return runUnitTests(graph, database, { threads: 2 });
}
