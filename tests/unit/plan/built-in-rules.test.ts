import { expect, it } from "vitest";
import type { BuiltInRule, CompiledAssertion } from "../../../runner/compile/compiled-graph.ts";
import {
  postgresDialect,
  putRules,
} from "../../../runner/compile/compiler-process/dialect/postgres-dialect.js";
import { rowConditionsOf, uniqueKeyOf } from "../../../runner/plan/gates/assertion-limits.ts";
import { assertionTasks } from "../../../runner/plan/tasks/assertion-tasks.ts";

const target = { schema: "s", name: "a" };

/** The assertion that a rule becomes, as the compiler gives it. */
function asserting(write: (dialect: ReturnType<typeof postgresDialect>) => string) {
  const rules = new Map<string, BuiltInRule>();
  const query = write(postgresDialect("shop", rules));
  const assertion: CompiledAssertion = { target, query, parentAction: target };
  putRules({ assertions: [assertion] }, rules);
  return assertion;
}

it.each([
  [["id"], "id"],
  [["id", "lower(name)"], "id, lower(name)"],
  [["userId", "(a + b)"], '"userId", (a + b)'],
])("the key %j is known of the assertion that it became", (key, expected) => {
  const assertion = asserting(({ indexAssertion }) => indexAssertion('"shop"."orders"', key));
  expect(uniqueKeyOf(assertion)).toBe(expected);
  expect(rowConditionsOf(assertion)).toEqual([]);
});

it("conditions are known as they are written, whatever they hold, and are no key", () => {
  const conditions = [
    "id in (select x.id from x group by x.id\nhaving count(*) > 1)",
    "exists (select * from (select 1 from x group by x.id\n  ) as data)",
    "note <> 'it''s ' and 'x' <> ' as failing_row_condition'",
    "name IS NOT NULL",
  ];
  const assertion = asserting((dialect) =>
    dialect.rowConditionsAssertion('"shop"."orders"', conditions),
  );
  expect(rowConditionsOf(assertion)).toEqual(conditions);
  expect(uniqueKeyOf(assertion)).toBeUndefined();
});

it("an assertion of an author has no rule, although its SQL is the same", () => {
  const rules = new Map<string, BuiltInRule>();
  const query = postgresDialect("shop", rules).indexAssertion("orders", ["id"]);
  const assertion: CompiledAssertion = { target, query };
  putRules({ assertions: [assertion] }, rules);
  expect(uniqueKeyOf(assertion)).toBeUndefined();
});

it.each([
  ["two conditions are counted in one scan", ["id > 0", "name is not null -- always"], true],
  ["a single one is its own scan", ["id > 0"], false],
  ["one with a subquery may become a join", ["id > 0", "id in (SELECT id from x)"], false],
])("%s", (_, conditions, isOneScan) => {
  const assertion = asserting((dialect) =>
    dialect.rowConditionsAssertion('"shop"."orders"', conditions),
  );
  const [task] = assertionTasks(assertion, { relations: new Map() } as never);
  const statement = `select pg_catalog.count(*) filter (where not (id > 0
)),
pg_catalog.count(*) filter (where not (name is not null -- always
))
from "s"."a"`;
  const inOneScan = isOneScan ? { conditions, statement } : undefined;
  expect(task).toMatchObject({ type: "assertion" });
  expect(task && "inOneScan" in task ? task.inOneScan : undefined).toEqual(inOneScan);
});
