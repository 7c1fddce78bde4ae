import { expect, it } from "vitest";
import { SqlFailure } from "../../../runner/errors.ts";
import { moveNames } from "../../../runner/sql/move-names.ts";
import { parseSql } from "../../../runner/sql/parse-sql.ts";
import { writtenNames } from "../../../runner/sql/written-names.ts";

const sumOf = (terms: number) => `select ${Array(terms).fill("x").join(" + ")} from shop.orders`;

it.each([
  ["a sum of 3,000 terms", sumOf(3_000)],
  ["5,000 parentheses", `select ${"(".repeat(5_000)}1${")".repeat(5_000)} from shop.orders`],
  ["3,000 unions", `${"select 1 union all ".repeat(3_000)}select a from shop.orders`],
  [
    "500 subqueries",
    `${"select * from (".repeat(500)}select * from shop.orders${") as q".repeat(500)}`,
  ],
])("names are found in %s", async (_, sql) => {
  const [statement] = await parseSql(sql);
  expect(statement && moveNames(statement, () => "there").text).toContain("there.orders");
  expect(statement && writtenNames(statement)).toEqual([]);
});

it("a statement that is too deep for the parser is a plain error, and the next one is read", async () => {
  const tooDeep = [sumOf(50_000), `select ${"(".repeat(50_000)}1${")".repeat(50_000)}`];
  // A parser that ran over once breaks after some thirty times.
  for (const sql of Array(20).fill(tooDeep).flat()) {
    const error: unknown = await parseSql(sql).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SqlFailure);
    expect((error as SqlFailure).error).toMatchObject({
      message: "the statement is nested too deeply to be read",
      sqlstate: "54001",
    });
  }
  await expect(parseSql("select 1")).resolves.toHaveLength(1);
});

it("names in strings are found in time, whatever the string holds", async () => {
  const [statement] = await parseSql(
    `select '${'"'.repeat(1_000_001)}', '"shop".orders', '"shop".total x'`,
  );
  const moved =
    statement && moveNames(statement, ({ name }) => (name === "orders" ? "there" : undefined));
  expect(moved?.text.endsWith(`, 'there.orders', '"shop".total x'`)).toBe(true);
});
