// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";

const untidy = `config { type: "table" }
select 1 as id,'it''s  \${text.name}' as name`;
const broken = `config { type: "table" }\nselect 'open`;

describe("dataform format", () => {
  it("formats SQLX and JavaScript, leaves alone what it cannot read, and says so", async () => {
    const { folder } = temporaryProject({
      "a.sqlx": untidy,
      "broken.sqlx": broken,
      "includes/text.js": `module.exports={name:"x  y"}`,
      "node_modules/other/definitions/b.sqlx": untidy,
    });
    const path = join(folder, "definitions/a.sqlx");
    chmodSync(path, 0o662);
    const { exitCode, stdout, stderr } = await dataform(["format", folder]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      "formatted  definitions/a.sqlx\nformatted  includes/text.js\n2 formatted, 0 unchanged, 1 left as they are\n",
    );
    expect(stderr).toBe("left as it is  definitions/broken.sqlx: a ' is not closed\n");
    expect(readFileSync(path, "utf8")).toContain(
      "\nselect\n  1 as id,\n  'it''s  ${text.name}' as name\n",
    );
    expect(statSync(path).mode & 0o777).toBe(0o662);
    expect(readFileSync(join(folder, "definitions/broken.sqlx"), "utf8")).toBe(broken);
    const again = await dataform(["format", folder]);
    expect(again.stdout).toBe("0 formatted, 2 unchanged, 1 left as they are\n");
  });

  it("lets no name of a file control the terminal or a workflow", async () => {
    const { folder } = temporaryProject({
      "a\n::stop-commands::x\nb.sqlx": untidy,
      "c\u001b[2J##[add-mask]d.sqlx": broken,
      "e\n::error::f.sqlx": broken,
    });
    const { exitCode, stdout, stderr } = await dataform(["format", folder]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      "formatted  definitions/a\\n::stop-commands::x\\nb.sqlx\n1 formatted, 0 unchanged, 2 left as they are\n",
    );
    expect(stderr).toBe(
      [
        "left as it is  definitions/c\\x1b[2J#\\u0023[add-mask]d.sqlx: a ' is not closed\n",
        "left as it is  definitions/e\\n::error::f.sqlx: a ' is not closed\n",
      ].join(""),
    );
  });

  it("lists with --check what it would change, changes nothing and exits 1", async () => {
    const { folder } = temporaryProject({
      "a.sqlx": untidy,
      "includes/text.js": `module.exports={}`,
    });
    const { exitCode, stdout } = await dataform(["format", "--check"], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("not formatted  definitions/a.sqlx\n");
    expect(readFileSync(join(folder, "definitions/a.sqlx"), "utf8")).toBe(untidy);
    const flags = ["format", "--actions", "definitions/*.sqlx", "--ignore-js-files"];
    expect((await dataform(flags, { cwd: folder })).stdout).toContain("1 formatted, 0 unchanged");
    const sqlxOnly = await dataform(["format", "--check", "--ignore-js-files"], { cwd: folder });
    expect(sqlxOnly.exitCode).toBe(0);
  });

  it("refuses a path that is no file, an unknown setting, and a folder that is no project", async () => {
    const { folder, remove, write } = temporaryProject({ "a.sqlx": untidy });
    const { exitCode, stderr } = await dataform(["format", "--actions", "definitions/b.sqlx"], {
      cwd: folder,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("did you mean definitions/a.sqlx?");
    write(".dataform-format.json", '{ "indent": 4 }');
    const wrongSettings = await dataform(["format"], { cwd: folder });
    expect(wrongSettings).toMatchObject({ exitCode: 2, stdout: "" });
    expect(wrongSettings.stderr).toContain('.dataform-format.json: unknown key "indent"');
    remove("dataform.json");
    expect((await dataform(["format"], { cwd: folder })).stderr).toContain(
      "not a Dataform project",
    );
  });
});
