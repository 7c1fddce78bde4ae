import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

const files = {
  "definitions/silver/staged.sqlx": `config { type: "table", tags: ["daily"], assertions: { uniqueKey: ["id"] } }
select 1 as id`,
  "definitions/gold/sales.sqlx": `config { type: "table", tags: ["daily", "money"], assertions: { nonNull: ["id"] } }
select * from \${ref("staged")}`,
  "definitions/gold/report.sqlx": `config { type: "view", tags: ["money"] }
select * from \${ref("sales")}`,
  "definitions/checks/no_gaps.sqlx": `config { type: "assertion" }
select * from \${ref("sales")} where id <> 1`,
};

describe("dataform run with a selection", () => {
  let env: { DATABASE_URL: string };

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    env = { DATABASE_URL: url };
    return drop;
  });

  it.each<[string[], string[]]>([
    [
      ["--actions", "sales,staged", "--no-assertions"],
      ["sales", "staged"],
    ],
    [
      ["--actions", "staged", "--actions", "definitions/gold/"],
      [
        "report",
        "sales",
        "shop_sales_assertions_rowConditions",
        "shop_staged_assertions_uniqueKey_0",
        "staged",
      ],
    ],
    [
      ["--tags", "daily", "--no-assertions"],
      ["sales", "staged"],
    ],
    [
      ["--actions", "+report", "--exclude", "file:definitions/gold/s*.sqlx"],
      ["report", "shop_staged_assertions_uniqueKey_0", "staged"],
    ],
    [["--actions", "tag:daily and definitions/gold/", "--no-assertions"], ["sales"]],
    [["--exclude", "staged", "tag:money"], ["no_gaps"]],
  ])("plans what %j says", async (flags, expected) => {
    const { folder } = temporaryProject(files);
    const run = ["run", "--dry-run", "--json", ...flags];
    const { stdout, stderr } = await dataform(run, { cwd: folder, env });
    expect(stderr).toBe("");
    const { actions } = JSON.parse(stdout) as { actions: { target: { name: string } }[] };
    expect(actions.map(({ target }) => target.name).sort()).toEqual(expected);
  });

  it("runs a table with its own assertions, and reports nothing else", async () => {
    const { folder } = temporaryProject(files);
    const { exitCode } = await dataform(["run", "--actions", "staged"], { cwd: folder, env });
    expect(exitCode).toBe(0);
    const { actions } = JSON.parse(readFileSync(join(folder, "target/run_results.json"), "utf8"));
    expect(actions.map(({ target }: { target: { name: string } }) => target.name)).toEqual([
      "staged",
      "shop_staged_assertions_uniqueKey_0",
    ]);
  });

  it.each<[string[], string]>([
    [["--actions", "definitions/glod/"], "did you mean definitions/gold/"],
    [["--exclude", "tag:mony"], "did you mean money?"],
    [["--actions", "sales", "--exclude", "+report"], "nothing is left to run"],
    [["--actions", "report and tag:daily"], 'no action is in all of "report and tag:daily"'],
    [["--actions", "report", "and"], '"and" stands alone'],
  ])("exits 2 for %j and says why", async (flags, message) => {
    const { folder } = temporaryProject(files);
    const { exitCode, stdout, stderr } = await dataform(["run", ...flags], { cwd: folder, env });
    expect(stderr).toContain(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  });
});
