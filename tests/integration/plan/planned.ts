import { beforeEach } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import type { RunConfig } from "../../../runner/plan/run-config.ts";
import type { ActionFinding } from "../../../runner/results/plan-findings.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { runProject, validateProject } from "../../support/run-project.ts";
import type { TemporaryProject } from "../../support/temporary-project.ts";
import type { TestServer } from "../../support/test-database.ts";

/** Opens a database for every test of a block, with functions for tests of plans. */
export function usePlans(server: TestServer) {
  let database: Database;
  let url: string;

  beforeEach(async () => {
    ({ database, url } = await openTestDatabase(server));
  });

  const validate = (project: TemporaryProject, runConfig: RunConfig = {}, on = database) =>
    validateProject({ projectDir: project.folder, database: on, runConfig });

  return {
    url: () => url,
    database: () => database,
    query: async (sql: string) => (await database.query(sql)).rows,
    validate,
    /** The findings by the name of the action. */
    async plan(project: TemporaryProject, runConfig: RunConfig = {}) {
      const { findings } = await validate(project, runConfig);
      return new Map(
        findings.actions.map((each): [string, ActionFinding] => [each.target.name, each]),
      );
    },
    async deploy(project: TemporaryProject) {
      const result = await runProject({ projectDir: project.folder, database });
      const failed = result.actions.filter(({ status }) => status !== "successful");
      if (failed.length > 0) throw new Error(JSON.stringify(failed, null, 2));
    },
  };
}
