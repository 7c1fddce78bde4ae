import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { dataform, repository } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, databasesAreGone, serversByVersion } from "../../support/test-database.ts";
import { watchServer } from "../../support/watch-server.ts";

const documented = readFileSync(join(repository, "docs/connections.md"), "utf8");
const [, setup = ""] = /## The role[\s\S]*?```sql\n([\s\S]*?)```/.exec(documented) ?? [];

const project = {
  "raw_orders.sqlx": `config { type: "declaration", schema: "raw", name: "bought" }`,
  "bronze.sqlx": `config { type: "operations", hasOutput: true }
    create table if not exists \${self()} (id int, amount int)`,
  "orders.sqlx": `config {
      type: "table",
      assertions: { uniqueKey: ["id"] },
      postgres: { indexes: [{ columns: ["id"], unique: true }], fillfactor: 80 }
    }
    select id, amount from \${ref("raw", "bought")}`,
  "daily.sqlx": `config { type: "incremental", uniqueKey: ["id"] }
    select id, sum(amount) as amount from \${ref("orders")} group by id`,
  "shown.sqlx": `config { type: "view" }\nselect * from \${ref("daily")}`,
  "kept.sqlx": `config { type: "view", materialized: true }\nselect * from \${ref("shown")}`,
  "own.sqlx": `config { type: "assertion" }\nselect * from \${ref("kept")} where amount < 0`,
  "unit.sqlx": `config { type: "test", dataset: "shown" }
    input "daily" { select 1 as id, 2 as amount }
    select 1 as id, 2 as amount`,
};

describe.each(serversByVersion())("the documented role on $name", (server) => {
  async function asRole(statements: (sql: string) => string = (sql) => sql) {
    const { url, drop } = await createDatabase(server);
    const [, database = ""] = /\/(test_\w+)/.exec(url) ?? [];
    const role = `runner_${database}`;
    // Roles belong to the server: they go after the database.
    const admin = await watchServer(server.url);
    onTestFinished(() =>
      drop()
        .then(() => databasesAreGone(server))
        .then(() => admin(`drop role ${role}`))
        .then(() => undefined),
    );
    const ask = await watchServer(url);
    await ask("create schema raw; create table raw.bought as select 1 as id, 5 as amount");
    const sql = setup.replaceAll("dataform_runner", role).replaceAll("warehouse", database);
    await ask(statements(sql));
    const { folder } = temporaryProject(project);
    const env = { DATABASE_URL: url.replace("postgres@", `${role}@`) };
    return {
      ask,
      database,
      role,
      command: (...args: string[]) => dataform(args, { cwd: folder, env }),
    };
  }

  it("builds, rebuilds, checks and plans a project, and owns nothing else", async () => {
    const { ask, command, database, role } = await asRole();
    expect(setup).toContain("create role");
    const rights = `select rolsuper, has_database_privilege(rolname, '${database}', 'create') from pg_roles`;
    expect(await ask(`${rights} where rolname = '${role}'`)).toEqual([[false, false]]);
    for (const args of [["run"], ["run", "--full-refresh"], ["test"], ["plan"]]) {
      const { exitCode, stdout, stderr } = await command(...args);
      expect({ exitCode, output: exitCode === 0 ? "" : stdout + stderr }, args.join(" ")).toEqual({
        ...{ exitCode: 0, output: "" },
      });
    }
    expect(await ask("select id, amount::int from shop.kept")).toEqual([[1, 5]]);
  });

  it("is told which grant it misses on a source", async () => {
    const { command, role } = await asRole((sql) =>
      sql.replace(/^.*grant (usage|select).*;$/gm, ""),
    );
    const { exitCode, stdout } = await command("run");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("permission denied for schema raw (SQLSTATE 42501)");
    expect(stdout).toContain(`hint: as its owner: grant usage on schema raw to ${role}`);
  });

  it("is told which table it may not read", async () => {
    const { command, role } = await asRole((sql) => sql.replace(/^.*grant select.*;$/gm, ""));
    const { exitCode, stdout } = await command("run");
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`hint: as its owner: grant select on table bought to ${role}`);
  });

  it("is told what to create when a schema is missing", async () => {
    const { command, database, role } = await asRole((sql) =>
      sql.replace(/create schema if not exists shop .*;/, ""),
    );
    const { exitCode, stderr } = await command("run");
    expect(exitCode).toBe(4);
    expect(stderr).toContain(`permission denied for database ${database}`);
    expect(stderr).toContain(`grant create on database ${database} to ${role}`);
  });

  it("is told what it needs to remember settings", async () => {
    const { command } = await asRole((sql) =>
      sql.replace(/create schema.* dataform_postgres.*;/, ""),
    );
    const { exitCode, stderr } = await command("run");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("create schema dataform_postgres authorization");
  });

  it("is told whose table it would have to own", async () => {
    const { ask, command, role } = await asRole();
    await ask("create table shop.orders as select 1 as id, 5 as amount");
    const { exitCode, stdout } = await command("run");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/must be owner of table orders|permission denied for table orders/);
    expect(stdout).toContain(`hint: as its owner: alter table "shop"."orders" owner to ${role}`);
  });
});
