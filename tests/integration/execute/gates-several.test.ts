import { beforeEach, describe, expect, it } from "vitest";
import { formatFindings } from "../../../runner/report/plan/format-findings.ts";
import { formatPlan } from "../../../runner/report/plan/format-plan.ts";
import {
  type RunningDatabase,
  resultOf,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { planProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const from = (type: string, ...tables: string[]) =>
  `config { type: "${type}" }\nselect 1 as id from ${tables.map((name) => `\${ref("${name}")} as ${name}`).join(" cross join ") || "pg_class limit 1"}`;

describe.each(anyServer())("an assertion on several tables on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];

  beforeEach(async () => {
    ({ database, run } = await runInDatabase(server));
  });

  const shop = (assertion: string) =>
    temporaryProject({
      "orders.sqlx": from("table"),
      "customers.sqlx": from("table", "orders"),
      "same_count.sqlx": assertion,
      "report.sqlx": from("table", "orders"),
      "letter.sqlx": from("view", "customers"),
      "summary.sqlx": from("table", "report"),
      "apart.sqlx": from("table"),
    });
  const failing = from("assertion", "orders", "customers");

  it("keeps back what depends on one of them, and neither the tables nor what is apart", async () => {
    const result = await run(shop(failing));
    expect(statusesOf(result)).toEqual({
      orders: "successful",
      customers: "successful",
      same_count: "failed",
      report: "skipped",
      letter: "skipped",
      summary: "skipped",
      apart: "successful",
    });
    expect(resultOf(result, "report")?.reason).toBe("shop_assertions.same_count failed");
  });

  it("lets everything run when it passes, or only warns", async () => {
    const passing = `${failing}\nwhere false`;
    expect((await run(shop(passing))).status).toBe("successful");
    const warning = failing.replace("}", ', postgres: { severity: "warn" } }');
    const result = await run(shop(warning));
    expect(result.status).toBe("successful");
    const plan = await planProject({ projectDir: shop(warning).folder, database });
    expect(plan.actions.filter(({ heldBackBy }) => heldBackBy)).toEqual([]);
  });

  it("is no gate of its tables, and the plan says whom it holds back", async () => {
    const plan = await planProject({ projectDir: shop(failing).folder, database });
    const held = plan.actions
      .filter(({ heldBackBy }) => heldBackBy)
      .map(({ target }) => target.name);
    expect(held.sort()).toEqual(["letter", "report"]);
    expect(plan.actions.filter(({ gates }) => gates)).toEqual([]);
    const names = plan.actions.map(({ target }) => target.name);
    expect(names.indexOf("same_count")).toBeLessThan(names.indexOf("report"));
    expect(formatPlan(plan)).toContain(
      "held back by: shop_assertions.same_count, which checks its input",
    );
  });

  it("waits for nothing that would have to wait for it, also with other assertions in between", async () => {
    const project = temporaryProject({
      "a.sqlx": from("table"),
      "b.sqlx": from("table", "a"),
      "c.sqlx": from("table", "a"),
      "a_and_b.sqlx": `${from("assertion", "a", "b")} where false`,
      "a_and_c.sqlx": `${from("assertion", "a", "c")} where false`,
    });
    const result = await run(project);
    expect(result.status).toBe("successful");
    const plan = await planProject({ projectDir: project.folder, database });
    const held = plan.actions.flatMap(({ target, heldBackBy = [] }) =>
      heldBackBy.map((by) => [target.name, by.name]),
    );
    expect(held).toEqual([["c", "a_and_b"]]);
  });

  it("holds back only what runs with it", async () => {
    const project = shop(failing);
    await run(project);
    const alone = await run(project, { actions: ["report"] });
    expect(statusesOf(alone)).toEqual({ report: "successful" });
    const both = await run(project, { actions: ["report", "same_count"] });
    expect(statusesOf(both)).toEqual({ same_count: "failed", report: "skipped" });
  });

  it("the plan shows the gates of a table and what an assertion allows", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"], rowConditions: ["id > 0"] }, postgres: { assertions: { rowConditions: { severity: "warn", failAbove: { rows: 10, percent: 0.5 } } } } }\nselect 1 as id`,
    });
    const { graph, findings } = await validateProject({ projectDir: project.folder, database });
    for (const text of [formatPlan(graph), formatFindings(graph, findings)]) {
      expect(text).toContain("publishes only when it passes: uniqueKey (id)");
      expect(text).not.toContain("publishes only when it passes: rowConditions");
      expect(text).toContain("warns above 10 rows or 0.5 % of the rows");
    }
  });
});
