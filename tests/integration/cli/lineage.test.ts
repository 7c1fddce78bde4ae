import { describe, expect, it } from "vitest";
import { openTestDatabase } from "../../support/opened-database.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const files = {
  "orders.sqlx": `config { type: "declaration", schema: "raw", name: "orders" }`,
  "all_of_it.sqlx": `config { type: "view" } select * from \${ref("orders")}`,
  "totals.sqlx": `config { type: "table", assertions: { nonNull: ["country"] } }
    select country, sum(amount) as total from \${ref("all_of_it")} group by country`,
};

describe.each(anyServer())("dataform lineage on $name", (server) => {
  it("asks the database for the columns behind a star, and goes on without one", async () => {
    const { folder } = temporaryProject(files);
    const { database, url } = await openTestDatabase(server);
    await database.query(`
      create schema raw;
      create table raw.stored (id int, amount numeric, status text, country text);
      create view raw.orders as select id, amount * 2 as amount, status, country from raw.stored`);
    const env = { DATABASE_URL: url };
    const found = await dataform(["lineage", "totals.total", "--up"], { cwd: folder, env });
    expect(found).toMatchObject({ exitCode: 0, stderr: "" });
    expect(found.stdout).toContain(`
  shop.all_of_it.amount  (aggregated)
    raw.orders.amount
      raw.stored.amount  (transformed)
`);
    const lost = { DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none" };
    const asked = ["lineage", "all_of_it", "--down", "--json"];
    const without = await dataform(asked, { cwd: folder, env: lost });
    expect(without.exitCode, without.stderr).toBe(0);
    expect(without.stderr).toMatch(/^without the database: /);
    expect(without.stderr).not.toContain("secret");
    const told = JSON.parse(without.stdout);
    expect(told.up).toBeUndefined();
    expect(told.down.unknown).toContainEqual({
      relation: { schema: "shop", name: "all_of_it" },
      reason: "not all columns of raw.orders are known",
    });
  });

  it("adds the facts to the compiled graph, and says what is wrong with a name", async () => {
    const { folder } = temporaryProject(files);
    const args = ["compile", "--json", "--lineage", "--output-actions", "totals"];
    const { stdout } = await dataform(args, { cwd: folder });
    const { lineage, tables } = JSON.parse(stdout);
    expect(tables).toHaveLength(1);
    expect(lineage[0].columns).toContainEqual({
      name: "total",
      sources: [{ schema: "shop", table: "all_of_it", column: "amount", way: "aggregated" }],
    });
    const wrong = await dataform(["lineage", "totals.totl", "--no-database"], { cwd: folder });
    expect(wrong).toMatchObject({ exitCode: 2, stdout: "" });
    expect(wrong.stderr).toContain("shop.totals has no column totl\nhint: did you mean total?");
  });
});
