import { describe, expect, it } from "vitest";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { usePlans } from "./planned.ts";

const sql = (text: string) => text.replaceAll("$(", "${").replaceAll(")$", "}");

describe.each(anyServer())("what adopters write, planned and run on $name", (server) => {
  const { plan, deploy, database } = usePlans(server);

  it("pre-operations may make what the query needs, in a schema that is new", async () => {
    const project = temporaryProject({
      "numbered.sqlx": sql(`config { type: "table", schema: "fresh" }
pre_operations { create sequence if not exists "$(schema())$".numbers }
select nextval('"$(schema())$".numbers') as id`),
      "doubled.sqlx": sql(`config { type: "table", schema: "Fresh one" }
pre_operations {
  create or replace function "$(schema())$".twice(a int) returns int language sql as 'select a * 2'
  ---
  create type "$(schema())$".color as enum ('red')
}
select "$(schema())$".twice(2) as four, 'red'::"$(schema())$".color as color`),
    });
    const findings = await plan(project);
    expect([...findings.values()].map(({ status, error }) => error ?? status)).toEqual([
      "checked",
      "checked",
    ]);
    await deploy(project);
  });

  it("a column that an assertion names and the query lacks is told with those that there are", async () => {
    const project = temporaryProject({
      "orders.sqlx": `config {
  type: "table",
  assertions: { uniqueKey: ["orderId"], nonNull: ["customer"] }
}
select 1 as order_id, 2 as amount`,
    });
    const hints = [
      "the query of shop.orders gives no column orderId, but order_id, amount; did you mean order_id?",
      "the query of shop.orders gives no column customer, but order_id, amount",
    ];
    const planned = [...(await plan(project)).values()].flatMap(({ error }) => error?.hint ?? []);
    expect(planned).toEqual(hints);
    const { actions } = await runProject({ projectDir: project.folder, database: database() });
    const assertions = actions.filter(({ type }) => type === "assertion");
    expect(assertions.flatMap(({ tasks }) => tasks.map(({ error }) => error?.hint))).toEqual(hints);
  });

  it("SQL in the manner of BigQuery gets the hint of a run in a plan, too", async () => {
    const project = temporaryProject({
      "totals.sqlx": 'config { type: "view" }\nselect a, count(*), from t group by a',
      "people.sqlx": 'config { type: "table" }\nselect user.name from t',
    });
    const planned = await plan(project);
    expect(planned.get("totals")?.error?.hint).toContain("without a comma");
    expect(planned.get("people")?.error?.hint).toContain('"user".id');
  });

  it("a pre-operation that changes what its action has not made yet is told how to wait for it", async () => {
    const project = temporaryProject({
      "days.sqlx": sql(`config { type: "incremental" }
pre_operations { delete from $(self())$ where day = 1 }
select 1 as day`),
    });
    const hint =
      "this action makes shop.days, so it is not there before the first run: in an incremental table, write ${when(incremental(), `…`)} around what reads it";
    expect((await plan(project)).get("days")?.error?.hint).toBe(hint);
    const { actions } = await runProject({ projectDir: project.folder, database: database() });
    expect(actions[0]?.tasks.at(-1)?.error?.hint).toBe(hint);
  });

  it("an action that reads a disabled one, which nobody made, says so", async () => {
    const project = temporaryProject({
      "off.sqlx": 'config { type: "table", disabled: true }\nselect 1 as a',
      "reader.sqlx": sql('config { type: "view" }\nselect * from $(ref("off"))$'),
    });
    const hint =
      "shop.off is disabled and was never made in this database: enable it, or disable this action too";
    expect((await plan(project)).get("reader")?.error?.hint).toBe(hint);
    const { actions } = await runProject({ projectDir: project.folder, database: database() });
    expect(actions.find(({ target }) => target.name === "reader")?.tasks.at(-1)?.error?.hint).toBe(
      hint,
    );
  });

  it("an assertion that is too deep for the parser fails alone, and a plan says that it did not check it", async () => {
    const terms = Array(12_000).fill("a").join(" + ");
    const project = temporaryProject({
      "sound.sqlx": 'config { type: "table" }\nselect 1 as a',
      "deep.sqlx": `config { type: "table", assertions: { rowConditions: ["${terms} > 0"] } }\nselect 1 as a`,
    });
    const findings = await plan(project);
    expect(findings.get("sound")?.status).toBe("checked");
    expect(findings.get("shop_deep_assertions_rowConditions")).toMatchObject({
      status: "notChecked",
      reason: expect.stringContaining("nested too deeply"),
    });
    const { actions, status } = await runProject({
      projectDir: project.folder,
      database: database(),
    });
    expect(status).toBe("failed");
    expect(actions.find(({ target }) => target.name === "sound")?.status).toBe("successful");
  });
});
