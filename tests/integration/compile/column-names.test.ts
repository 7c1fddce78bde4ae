import { expect, it } from "vitest";
import { compileInWorker } from "../../support/compile-project.ts";
import { writeProject } from "./write-project.ts";

const assertions =
  '{ uniqueKey: ["userId", "order", "lower(Name)"], nonNull: ["order", "user_id", "createdAt"], rowConditions: ["userId > 0", "order IS NOT NULL"] }';

it("a column is named in one way in every assertion, wherever it is written; an expression stays", async () => {
  const { assertions: compiled = [], graphErrors } = await compileInWorker({
    projectDir: writeProject({
      "definitions/a.sqlx": `config { type: "table", assertions: ${assertions} }\nselect 1`,
      "definitions/b.js": `publish("b", { type: "table", assertions: ${assertions} }).query("select 1");
        publish("c").query("select 1").assertions(${assertions.replace(/uniqueKey: (\[[^\]]*\])/, "uniqueKeys: [{ uniqueKey: $1 }]")});
        publish("d", { type: "view", postgres: {}, assertions: ${assertions} }).query("select 1");`,
      "definitions/e.sql": "select 1",
      "definitions/actions.yaml": `actions:
  - table:
      filename: e.sql
      assertions: ${assertions.replace(/(\w+): \[/g, '"$1": [')}
`,
    }),
  });
  expect(graphErrors?.compilationErrors ?? []).toEqual([]);
  for (const table of ["a", "b", "c", "d", "e"]) {
    const queryOf = (kind: string) =>
      compiled.find(({ target }) => target.name === `shop_${table}_assertions_${kind}`)?.query;
    expect(queryOf("uniqueKey_0")).toContain('GROUP BY "userId", "order", lower(Name)\n');
    const conditions = [...(queryOf("rowConditions") ?? "").matchAll(/WHERE NOT \((.*)\)/g)];
    expect(conditions.map(([, condition]) => condition)).toEqual([
      "userId > 0",
      "order IS NOT NULL",
      '"order" IS NOT NULL',
      "user_id IS NOT NULL",
      '"createdAt" IS NOT NULL',
    ]);
  }
});
