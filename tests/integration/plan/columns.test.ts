import { describe, expect, it } from "vitest";
import { summaryOf } from "../../../runner/report/plan/format-findings.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { usePlans } from "./planned.ts";

const ref = (name: string) => `\${ref("${name}")}`;

describe.each(anyServer())("a plan on $name", (server) => {
  const { plan, validate, deploy, query } = usePlans(server);

  it("lets downstream actions see columns that are not deployed yet, through views and a table", async () => {
    const project = temporaryProject({
      "first.sqlx": `config { type: "view" }\nselect 1 as id`,
      "second.sqlx": `config { type: "view" }\nselect id from ${ref("first")}`,
      "third.sqlx": `config { type: "table" }\nselect id from ${ref("second")}`,
      "fourth.sqlx": `config { type: "view" }\nselect id from ${ref("third")}`,
    });
    await deploy(project);
    project.write("first.sqlx", `config { type: "view" }\nselect 1 as id, 'x'::text as fresh`);
    for (const [name, from] of Object.entries({
      second: "first",
      third: "second",
      fourth: "third",
    })) {
      const type = name === "third" ? "table" : "view";
      project.write(
        `${name}.sqlx`,
        `config { type: "${type}" }\nselect id, fresh from ${ref(from)}`,
      );
    }
    const { findings } = await validate(project);
    for (const finding of findings.actions) {
      expect(finding).toMatchObject({
        status: "checked",
        columnChanges: [{ change: "added", name: "fresh", type: "text" }],
      });
    }
    expect(findings.actions.map(({ effect }) => effect)).toEqual([
      "replaceView",
      "replaceView",
      "rebuild",
      "replaceView",
    ]);
    expect(summaryOf(findings)).toBe("1 to rebuild, 3 to replace, 4 columns added");
    const changed = "select count(*) from information_schema.columns where column_name = 'fresh'";
    expect(await query(changed)).toEqual([["0"]]);
  });

  it("lists columns that are added, removed and of another type", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id, 'x'::text as note, 2::numeric(8,2) as price`,
      "same.sqlx": `config { type: "table" }\nselect 1 as id`,
    });
    await deploy(project);
    project.write(
      "orders.sqlx",
      `config { type: "table" }\nselect 1::bigint as id, 2::numeric(8,2) as price, now() as at`,
    );
    const findings = await plan(project);
    expect(findings.get("orders")).toMatchObject({
      effect: "rebuild",
      columnChanges: [
        { change: "removed", name: "note", type: "text" },
        { change: "retyped", name: "id", from: "integer", to: "bigint" },
        { change: "added", name: "at", type: "timestamp with time zone" },
      ],
    });
    expect(findings.get("same")).toMatchObject({ effect: "replaceRows", columnChanges: [] });
  });

  it("finds a broken downstream with its place, and does not check what stands behind it", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id, 2 as price`,
      "report.sqlx": `config { type: "view" }\nselect\n  sum(price) as total\nfrom ${ref("orders")}`,
      "total.sqlx": `config { type: "table" }\nselect total from ${ref("report")}`,
      "other.sqlx": `config { type: "view" }\nselect id from ${ref("orders")}`,
    });
    await deploy(project);
    project.write("orders.sqlx", `config { type: "table" }\nselect 1 as id`);
    const findings = await plan(project);
    expect(findings.get("report")).toMatchObject({
      status: "failed",
      error: { sqlstate: "42703", message: 'column "price" does not exist' },
    });
    const { statement = "", position = 0 } = findings.get("report")?.error ?? {};
    expect(statement.slice(position - 1)).toMatch(/^price\)/);
    expect(statement).toContain('from "shop"."orders"');
    expect(findings.get("total")).toMatchObject({
      status: "notChecked",
      reason: "shop.report failed",
    });
    expect(findings.get("other")?.status).toBe("checked");
    expect(await query("select price from shop.orders")).toEqual([["2"]]);
  });

  it("names relations in errors as the project does", async () => {
    const project = temporaryProject({
      "a.sqlx": `config { type: "view" }\nselect 1 as id`,
      "b.sqlx": `config { type: "view" }\nselect "shop"."a".nothing from ${ref("a")}`,
    });
    const error = (await plan(project)).get("b")?.error;
    expect(error?.message).toBe("column a.nothing does not exist");
    expect(JSON.stringify(error)).not.toContain("dataform_plan");
  });

  it("checks an incremental table that reads itself, before and after it exists", async () => {
    const sqlx = (columns: string, policy = "EXTEND") =>
      `config { type: "incremental", uniqueKey: ["id"], onSchemaChange: "${policy}" }
select ${columns} from (values (1, 'x', 2.5)) as t (id, note, price)
\${when(incremental(), \`where id > (select max(id) from \${self()})\`)}`;
    const project = temporaryProject({
      "facts.sqlx": sqlx("id, note"),
      "report.sqlx": `config { type: "view" }\nselect max(id) as id from ${ref("facts")}`,
    });
    expect((await plan(project)).get("facts")).toMatchObject({
      effect: "create",
      status: "checked",
    });
    await deploy(project);
    project.write("facts.sqlx", sqlx("id, note, price"));
    project.write(
      "report.sqlx",
      `config { type: "view" }\nselect sum(price) as p from ${ref("facts")}`,
    );
    const findings = await plan(project);
    expect(findings.get("facts")).toMatchObject({
      effect: "merge",
      status: "checked",
      columnChanges: [{ change: "added", name: "price", type: "numeric" }],
    });
    expect(findings.get("report")?.status).toBe("checked");
    project.write("facts.sqlx", sqlx("id, note, price", "FAIL"));
    expect((await plan(project)).get("facts")).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("onSchemaChange is FAIL") },
    });
    project.write("facts.sqlx", sqlx("id, note", "IGNORE").replace(`["id"]`, `["nope"]`));
    expect((await plan(project)).get("facts")?.error?.message).toContain('"nope"');
  });

  it("refuses a change that would break a view that others built on the relation", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id, 2 as price`,
    });
    await deploy(project);
    await query("create view public.theirs as select price from shop.orders");
    project.write("orders.sqlx", `config { type: "table" }\nselect 1 as id, 2 as price, 3 as more`);
    expect((await plan(project)).get("orders")?.status).toBe("checked");
    project.write("orders.sqlx", `config { type: "table" }\nselect 1 as id`);
    const finding = (await plan(project)).get("orders");
    expect(finding?.status).toBe("failed");
    expect(finding?.error?.message).toContain("public.theirs is built on it and would break");
  });

  it("takes the kind of a relation that stands in the way into account", async () => {
    const project = temporaryProject({ "orders.sqlx": `config { type: "view" }\nselect 1 as id` });
    await deploy(project);
    project.write("orders.sqlx", `config { type: "table" }\nselect 1 as id, 2 as n`);
    expect((await plan(project)).get("orders")).toMatchObject({
      effect: "create",
      dropsFirst: "view",
      status: "checked",
      columnChanges: [{ change: "added", name: "n", type: "integer" }],
    });
  });

  it("reads relations outside the selection as they are", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table" }\nselect 1 as id`,
      "report.sqlx": `config { type: "view" }\nselect id from ${ref("orders")}`,
    });
    await deploy(project);
    project.write("orders.sqlx", `config { type: "table" }\nselect 1 as other`);
    expect((await plan(project, { actions: ["report"] })).get("report")?.status).toBe("checked");
    expect((await plan(project)).get("report")?.status).toBe("failed");
  });

  it("checks a graph of 200 actions", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => {
        const type = index % 2 === 0 ? "table" : "view";
        const from = index === 0 ? "" : ` from ${ref(`m${Math.floor(index / 2)}`)}`;
        return [
          `m${index}.sqlx`,
          `config { type: "${type}" }\nselect ${index} as n, 'x' as t${from}`,
        ];
      }),
    );
    files["m0.sqlx"] = `config { type: "table" }\nselect 0 as n`;
    files["m1.sqlx"] = `config { type: "view" }\nselect 1 as n from ${ref("m0")}`;
    const { findings } = await validate(temporaryProject(files));
    expect(findings.actions.filter(({ status }) => status === "checked")).toHaveLength(200);
    expect(summaryOf(findings)).toBe("200 to create");
  });
});
