import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { brokenLinks } from "../../support/broken-links.ts";
import { docsOf, withoutCode } from "../../support/docs-folder.ts";
import { dataform, repository } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

const fixtures = ["projects", "adopters"].flatMap((folder) => {
  const place = join(repository, "tests", "fixtures", folder);
  return readdirSync(place).map((name) => join(place, name));
});

describe("the pages of any project", () => {
  it("are written without a database, and every link leads somewhere", async () => {
    for (const projectDir of fixtures) {
      const docs = await docsOf(projectDir);
      expect(brokenLinks(docs), projectDir).toEqual([]);
      for (const name of docs.pages()) {
        expect(withoutCode(docs.read(name)), `${projectDir} ${name}`).not.toMatch(
          /NaN|[">](undefined|null)\b/,
        );
      }
      expect(docs.read("index.html")).toContain("Missing are types");
    }
  });

  it("are written for a project without an action, and for one that does not compile in full", async () => {
    const empty = temporaryProject({});
    const written = await dataform(["docs"], { cwd: empty.folder });
    expect(written.exitCode).toBe(0);
    expect(written.stdout).toContain("target/docs/index.html");
    const home = readFileSync(join(empty.folder, "target/docs/index.html"), "utf8");
    expect(home).toContain("The project has no action yet.");
    expect(home).toContain("has not been made yet: the first dataform run makes it");
    expect(readdirSync(empty.folder)).not.toContain(".dataform");

    const broken = temporaryProject({
      "good.sqlx": 'config { type: "table" }\nselect 1 as id',
      "bad.sqlx": `config { type: "view" }\nselect * from \${ref("nowhere")}`,
    });
    const failed = await dataform(["docs", "--no-database"], { cwd: broken.folder });
    expect(failed.exitCode).toBe(3);
    expect(failed.stderr).toContain("bad.sqlx");
    const pages = readdirSync(join(broken.folder, "target/docs/models"));
    expect(pages.some((name) => name.endsWith("good.html"))).toBe(true);
    const index = readFileSync(join(broken.folder, "target/docs/index.html"), "utf8");
    expect(index).toContain("does not compile");
    expect(index).toContain("nowhere");
  });
});
