import { describe, expect, it } from "vitest";
import { runProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";
import { usePlans } from "./planned.ts";

describe.each(anyServer())("a plan and the run after it on $name", (server) => {
  const { plan, deploy, database, query } = usePlans(server);

  /** What each of them says against one action, planned first. */
  async function refusals(project: TemporaryProject, name: string) {
    const planned = (await plan(project)).get(name)?.error?.message;
    const { actions } = await runProject({ projectDir: project.folder, database: database() });
    const result = actions.find(({ target }) => target.name === name);
    return [planned, result?.tasks.flatMap(({ error }) => error?.message ?? [])[0]];
  }

  it("refuse to merge by a column that the table does not have: by the others another row is found", async () => {
    const days = (key: string, sql: string) =>
      `config { type: "incremental", uniqueKey: [${key}] }\n${sql}`;
    const project = temporaryProject({ "days.sqlx": days('"id"', "select 1 as id, 10 as value") });
    await deploy(project);
    project.write("days.sqlx", days('"id", "day"', "select 1 as id, 2 as day, 20 as value"));
    const message = 'uniqueKey names the column "day", which the table shop.days does not have';
    expect(await refusals(project, "days")).toEqual([message, message]);
    expect(await query("select id, value from shop.days")).toEqual([["1", "10"]]);
    project.write(
      "days.sqlx",
      days(
        '"id", "day"], onSchemaChange: "EXTEND", tags: ["x"',
        "select 1 as id, 2 as day, 20 as value",
      ),
    );
    expect(await refusals(project, "days")).toEqual([undefined, undefined]);
  });

  it("refuse partitions that the table does not have", async () => {
    const days = (more: string) =>
      `config { type: "incremental"${more} }\nselect 1 as id, date '2026-01-01' as day`;
    const project = temporaryProject({ "days.sqlx": days("") });
    await deploy(project);
    project.write("days.sqlx", days(', postgres: { partitionBy: "day" }'));
    const message =
      "shop.days is not partitioned, and its settings say otherwise (postgres.partitionBy)";
    expect(await refusals(project, "days")).toEqual([message, message]);
  });

  it.each([
    ['partitionBy: "nope"', /column "nope" named in partition key does not exist/],
    [
      'partitionBy: "day", primaryKey: "id"',
      /unique constraint on partitioned table must include all partitioning columns/,
    ],
    ['partitionBy: "day", primaryKey: ["id", "day"]', undefined],
    [
      'grants: { select: ["dataform_no_such_role"] }',
      /role "dataform_no_such_role" does not exist/,
    ],
    ["statistics: { nope: 500 }", /column "nope" of relation "days" does not exist/],
    ['grants: { select: ["public"] }, statistics: { id: 500 }', undefined],
  ])("refuse alike what a new table declares: %s", async (settings, expected) => {
    const project = temporaryProject({
      "days.sqlx": `config { type: "table", postgres: { ${settings} } }\nselect 1 as id, date '2026-01-01' as day`,
    });
    for (const message of await refusals(project, "days")) {
      if (expected === undefined) expect(message).toBeUndefined();
      else expect(message).toMatch(expected);
    }
  });

  it("take values for an identity that the table always gives", async () => {
    const project = temporaryProject({
      "days.sqlx": 'config { type: "incremental" }\nselect 1 as id, 2 as value',
    });
    await deploy(project);
    await query(`alter table shop.days alter id set not null`);
    await query(`alter table shop.days alter id add generated always as identity`);
    expect(await refusals(project, "days")).toEqual([undefined, undefined]);
    expect(await query("select id, value from shop.days")).toEqual([
      ["1", "2"],
      ["1", "2"],
    ]);
  });

  it("refuse to change an assertion on which others have built a view that would break", async () => {
    const project = temporaryProject({
      "orders.sqlx": 'config { type: "table" }\nselect 1 as id, 2 as price',
      "priced.sqlx": `config { type: "assertion" }\nselect id, price from \${ref("orders")} where price < 0`,
    });
    await deploy(project);
    await query("create view public.alarms as select price from shop_assertions.priced");
    project.write(
      "priced.sqlx",
      `config { type: "assertion" }\nselect id from \${ref("orders")} where price < 0`,
    );
    const [planned, run] = await refusals(project, "priced");
    const end = "public.alarms is built on it and would break: column";
    expect(planned).toContain(`shop_assertions.priced would not be changed: ${end}`);
    expect(run).toContain(`shop_assertions.priced was not changed: the view ${end}`);
  });

  it.each(["orders_id_idx", "by_id"])(
    "take an index that is dropped and made again: %s",
    async (name) => {
      const project = temporaryProject({
        "orders.sqlx": `config { type: "table" }
select 1 as id
post_operations { drop index if exists "shop".${name}; create index ${name} on \${self()} (id) }`,
      });
      await deploy(project);
      expect(await refusals(project, "orders")).toEqual([undefined, undefined]);
      project.write(
        "orders.sqlx",
        `config { type: "table" }\nselect 1 as id\npost_operations { create index ${name} on \${self()} (id) }`,
      );
      const message = `relation "${name}" already exists`;
      expect(await refusals(project, "orders")).toEqual([message, message]);
    },
  );

  it("take rows that meet a constraint by its name", async () => {
    const project = temporaryProject({
      "log.sqlx": `config { type: "operations", hasOutput: true }
create table if not exists \${self()} (
  id int, at int, constraint log_of_ids unique (id), constraint log_id_key unique (at));
insert into \${self()} values (1, 1) on conflict on constraint log_of_ids do update set at = 1`,
    });
    await deploy(project);
    expect(await refusals(project, "log")).toEqual([undefined, undefined]);
  });
});
