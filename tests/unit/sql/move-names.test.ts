import { describe, expect, it } from "vitest";
import { moveNames } from "../../../runner/sql/move-names.ts";
import { parseSql } from "../../../runner/sql/parse-sql.ts";
import { writtenNames } from "../../../runner/sql/written-names.ts";

async function moved(sql: string) {
  const [statement] = await parseSql(sql);
  if (!statement) throw new Error("no statement");
  return moveNames(statement, ({ schema, name }, use) => {
    if (schema === "shop" && name === "orders" && use === "other") return "there";
    return schema === "shop" && name === "total" ? "there" : undefined;
  });
}

describe("moveNames", () => {
  it.each([
    ['select * from "shop"."orders"', 'select * from there."orders"'],
    ["select * from Shop . ORDERS as o", "select * from there . ORDERS as o"],
    ["select shop.orders.id from shop.orders", "select there.orders.id from there.orders"],
    ["select shop.orders from x as shop", "select shop.orders from x as shop"],
    ["select shop.orders(1), shop.total(1)", "select shop.orders(1), there.total(1)"],
    [
      "select 'shop.orders'::regclass, 'a shop.orders'",
      "select 'there.orders'::regclass, 'a shop.orders'",
    ],
    [`select nextval('"shop"."orders"')`, `select nextval('there."orders"')`],
    [
      'select $$ "shop"."orders" $$, "shop.orders" from a',
      'select $$ there."orders" $$, "shop.orders" from a',
    ],
    [
      "drop table if exists shop.orders, shop.other",
      "drop table if exists there.orders, shop.other",
    ],
    ["comment on column shop.orders.id is 'x'", "comment on column there.orders.id is 'x'"],
    ["select 1 -- shop.orders\n from shop.orders", "select 1 -- shop.orders\n from there.orders"],
    [`select 'é', "ü".a from shop.orders as "ü"`, `select 'é', "ü".a from there.orders as "ü"`],
  ])("moves the names in %s", async (sql, expected) => {
    expect((await moved(sql)).text).toBe(expected);
  });

  it("finds a position of the moved text in the text as it was written", async () => {
    const sql = `select 'é', 1 from "shop"."orders" as o, shop.orders as p where nope`;
    const { text, originalPosition } = await moved(sql);
    expect(text).not.toBe(sql);
    for (const word of ["select", "from", "as o", "as p", "nope"]) {
      expect(originalPosition(text.indexOf(word) + 1), word).toBe(sql.indexOf(word) + 1);
    }
    expect(originalPosition(text.indexOf("there") + 2)).toBe(sql.indexOf(`"shop"`) + 1);
  });
});

describe("parseSql", () => {
  it("splits statements where PostgreSQL does and says where they begin", async () => {
    const sql = "select 'é;'; -- a; comment\n do $$ begin; end $$ ; ;";
    const statements = await parseSql(sql);
    expect(statements.map(({ kind }) => kind)).toEqual(["SelectStmt", "DoStmt"]);
    for (const { text, offset } of statements) expect(sql.slice(offset)).toMatch(text.slice(0, 5));
    expect(await parseSql("  -- nothing\n")).toEqual([]);
  });

  it("throws PostgreSQL's message and the position of the mistake", async () => {
    const sql = "select 'é😀' frm x y";
    await expect(parseSql(sql)).rejects.toMatchObject({
      error: {
        message: 'syntax error at or near "x"',
        sqlstate: "42601",
        position: sql.indexOf("x y") + 1,
      },
    });
  });
});

describe("writtenNames", () => {
  it.each([
    ["select a from b.c for update", []],
    ["insert into a.b select * from c.d", ["a.b"]],
    ["with gone as (delete from a.b returning *) select * from gone, c.d", ["a.b"]],
    ["create table a.b as select * from c.d", ["a.b"]],
    ["create temp table b as select * from c.d", []],
    ["alter table a.b add foreign key (x) references c.d (y)", ["a.b", "c.d"]],
    ["create table a.p partition of a.b default", ["a.p", "a.b"]],
    ["drop view if exists a.b, c", ["a.b", "c"]],
    ["comment on column a.b.c is 'x'", ["a.b"]],
    ["create function a.f() returns int language sql as 'select 1'", ["a.f()"]],
    ["create type a.mood as enum ('x')", ["a.mood"]],
    ["truncate a.b, c.d", ["a.b", "c.d"]],
  ])("are what a statement makes or changes: %s", async (sql, expected) => {
    const [statement] = await parseSql(sql);
    const names = statement ? writtenNames(statement) : [];
    const shown = names.map(
      ({ schema, name, isRoutine }) =>
        `${schema === undefined ? "" : `${schema}.`}${name}${isRoutine ? "()" : ""}`,
    );
    expect(shown.sort()).toEqual([...expected].sort());
  });
});
