import { expect, it } from "vitest";
import { compileSqlx } from "../../../runner/compile/compiler-process/sqlx/compile-sqlx.js";
import { locateInSource } from "../../../runner/sql/locate-in-source.ts";

const read = (text: string) => compileSqlx((code: string) => code, text, "a.sqlx");
const many = 200_000;

// What reads to the end of the text at every mark would take hours for these.
it.each([
  ["comments", `select 1 ${"/* a */".repeat(many)}`],
  ["apostrophes in a body", `select $$ ${"it's ' a\n".repeat(many)}$$`],
  ["comments in a body", `select $$ ${"-- a\n/* b */".repeat(many)}$$`],
  ["backticks", `select ${"` ".repeat(many)}\``],
  ["slashes in a js block", `js { ${"a = / ".repeat(many)}}`],
])("reads %s once", (_, text) => {
  expect(read(text)).toContain(text.slice(-20, -2).replaceAll("`", "\\`").trim().slice(0, 4));
});

it.each([
  ["comments in SQL", `select ${"/*".repeat(many)}`, "The comment /* is not closed"],
  ["comments in a js block", `js { ${"a /* ".repeat(many)}}`, "The block js is not closed"],
  ["a word before a brace", `select ${"a".repeat(5_000_000)}-{`, "SQL knows no {"],
])("refuses %s that are not closed at once", (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

it("finds a place in a long generated statement without comparing all of it with all of the file", () => {
  const line = (index: number) => `  \u0024{f(${index})} as column_${index}, x`;
  const source = Array.from({ length: 3_000 }, (_, index) => line(index)).join("\n");
  const statement = Array(100_000).fill("  nothing like that").join("\n");
  expect(locateInSource(source, statement, 1_000_000)?.precision ?? "nowhere").not.toBe("exact");
});
