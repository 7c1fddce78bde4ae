// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import { beforeAll, describe, expect, it } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

const files = {
  "includes/money.js": "module.exports = { euros: (cents) => `(${cents} / 100)` };\n",
  "orders.sqlx": `config { type: "table" }\nselect n as id, n * 100 as cents from generate_series(1, 30) as n`,
  "sales.sqlx": `config { type: "incremental", uniqueKey: ["id"] }
pre_operations { select 'before' }
select id, \${money.euros("cents")} as euros from \${ref("orders")} -- the last line
\${when(incremental(), "where false")} -- is a comment
post_operations { select 'after' }`,
  "checked.sqlx": `config { type: "assertion" }\nselect * from \${ref("sales")} where euros > 29`,
  "log.sqlx": `config { type: "operations" }\ncreate table if not exists shop.log (id integer)`,
  "later.js": 'publish("later", { type: "table" }).jitCode(async () => "select 1 as id");\n',
};

describe("dataform show and compile --sql", () => {
  let project: TemporaryProject;
  let env: { DATABASE_URL: string };

  beforeAll(async () => {
    const { url, drop } = await createDatabase(
      servers()[0] as NonNullable<ReturnType<typeof servers>[0]>,
    );
    env = { DATABASE_URL: url };
    return drop;
  });
  const call = (...args: string[]) => dataform(args, { cwd: project.folder, env });

  it("print rows as they are now and write nothing, and the SQL of a model alone", async () => {
    project = temporaryProject(files);
    expect((await call("run", "--actions", "orders", "sales")).exitCode).toBe(0);

    const model = await call("show", "sales", "--limit", "2", "--format", "csv");
    expect(model).toMatchObject({ exitCode: 0, stdout: "id,euros\n1,1\n2,2\n" });
    expect(model.stderr).toContain("printed up to row 2; there are more: --limit\n");
    const table = await call("show", "checked");
    expect(table.stdout).toMatch(/ 30 \|.*30\n\(1 row\)\n$/);
    const many = await call("show", "orders");
    expect(many.stdout).toContain("(20 rows; there are more: --limit)");

    const typed =
      'select sum(${money.euros("cents")}) as total from ${ref("orders")} -- all of it;';
    const whole = await call("show", typed, "--format", "csv");
    expect(whole.stdout).toBe("total\n465\n");
    expect(whole.stderr).not.toContain("there are more");
    const writing = await call(
      "show",
      'select setval(1, 2) from ${ref("orders")}; drop table shop.orders',
    );
    expect(writing.exitCode).toBe(4);
    expect(
      (await call("query", "select count(*) from shop.orders", "--format", "csv")).stdout,
    ).toBe("count\n30\n");

    const sql = await call("compile", "sales", "--sql");
    expect(sql).toMatchObject({ exitCode: 0, stderr: "" });
    expect(sql.stdout).toMatch(
      /^ ?select 'before'\s*;\n[\s\S]*from "shop"\."orders"[\s\S]*\n;\n\s*select 'after'\s*;\n$/,
    );
    expect(sql.stdout).not.toContain("where false");
    expect((await call("compile", ".", "sales", "--sql", "--incremental")).stdout).toContain(
      "where false",
    );
  });

  it("name what is nearest, and say what they cannot show", async () => {
    project = temporaryProject(files);
    const cases: [string[], number, string][] = [
      [["show", "odrers"], 2, "did you mean orders?"],
      [
        ["show", 'select 1 from ${ref("odrers")}'],
        3,
        "the query: There is no action odrers; did you mean",
      ],
      [["show", "log"], 2, "shop.log is an operation"],
      [["show", "later"], 2, "JiT code"],
      [["show", "orders", "--limit", "0"], 2, "--limit"],
      [["show", "select a from shop.ordres"], 4, "does not exist"],
      [["compile", "odrers", "--sql"], 2, "did you mean orders?"],
      [["compile", "--sql"], 2, "whose SQL?"],
    ];
    for (const [args, exitCode, text] of cases) {
      const shown = await call(...args);
      expect(shown, args.join(" ")).toMatchObject({ exitCode, stdout: "" });
      expect(shown.stderr, args.join(" ")).toContain(text);
    }
  });
});
