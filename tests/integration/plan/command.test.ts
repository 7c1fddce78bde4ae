import { beforeEach, describe, expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, createDatabase } from "../../support/test-database.ts";

describe.each(anyServer())("dataform plan on $name", (server) => {
  let env: { DATABASE_URL: string };

  beforeEach(async () => {
    const { url, drop } = await createDatabase(server);
    env = { DATABASE_URL: url };
    return drop;
  });

  const project = (select = "id") =>
    temporaryProject({
      "orders.sqlx": `config { type: "table", tags: ["daily"] }\nselect 1 as id`,
      "report.sqlx": `config { type: "view" }\n\nselect ${select}\nfrom \${ref("orders")}`,
    });

  it("prints what a run would do and exits 0; with --verbose the SQL too", async () => {
    const { folder } = project();
    const { exitCode, stdout } = await dataform(["plan", folder], { env });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("schemas to create: shop\n");
    expect(stdout).toMatch(/^create +table +shop\.orders +definitions\/orders\.sqlx$/m);
    expect(stdout).toMatch(/\n2 to create\n$/);
    expect(stdout).not.toContain("select 1 as id");
    const verbose = await dataform(["plan", folder, "--verbose"], { env });
    expect(verbose.stdout).toContain("select 1 as id");
    expect(verbose.stdout).toMatch(/\n2 to create\n$/);
    const selected = await dataform(["plan", folder, "--tags", "daily"], { env });
    expect(selected.stdout).toMatch(/\n1 to create\n$/);
  });

  it.each([[["plan"]], [["run", "--dry-run"]]])(
    "exits 1 at a mistake, with file, line and caret: %j",
    async (command) => {
      const { folder } = project("nope");
      const { exitCode, stdout } = await dataform(command, { cwd: folder, env });
      expect(exitCode).toBe(1);
      expect(stdout).toContain("definitions/report.sqlx:3:8\n");
      expect(stdout).toContain('error: column "nope" does not exist (SQLSTATE 42703)');
      expect(stdout).toMatch(/> \d+ \| select nope\n +\| {8}\^/);
      expect(stdout).toMatch(/\n1 to create, 1 failed\n$/);
    },
  );

  it("prints nothing but JSON on stdout with --json, also at a mistake", async () => {
    const { folder } = project("nope");
    const { exitCode, stdout } = await dataform(["plan", folder, "--json"], { env });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schemas: ["shop"],
      validated: true,
      actions: [
        {
          target: { schema: "shop", name: "orders" },
          plan: { effect: "create", status: "checked" },
        },
        { target: { schema: "shop", name: "report" }, plan: { status: "failed" } },
      ],
    });
  });
});
