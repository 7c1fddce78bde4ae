import { describe, expect, it } from "vitest";
import { docsOf } from "../../support/docs-folder.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

describe.each(anyServer())("runs on the pages on $name", (server) => {
  it("are those of the project, and what fails does so since its first failure", async () => {
    const { database } = await runInDatabase(server);
    const project = temporaryProject({
      "good.sqlx": 'config { type: "table" } select 1 as id',
      "broken.sqlx": 'config { type: "table" } select 1 / (1 - 1) as id',
    });
    for (let run = 0; run < 2; run++) {
      await runProject({ projectDir: project.folder, database, history: {} });
    }
    // The first run was long ago, and another project has run very often since.
    await database.query(`
      update run_history.actions
      set started_at = '2020-01-02 03:04:00+00', ended_at = '2020-01-02 03:04:05+00'
      where run_id = (select run_id from run_history.runs order by started_at limit 1)`);
    await database.query(`
      insert into run_history.runs (
        run_id, project, started_at, status, selection, planned_actions, versions, role_name
      )
      select 'other ' || n, 'other', now(), 'successful', '{}', 0, '{}', 'somebody'
      from generate_series(1, 300) as n`);
    const docs = await docsOf(project.folder, { database });
    const home = docs.read("index.html");
    expect(home).toContain("2020-01-02 03:04");
    expect(home).not.toContain("No run of it is known");
    expect(docs.pages()).toContain("runs/run-2.html");
    expect(docs.pages()).not.toContain("runs/run-3.html");
  });
});
