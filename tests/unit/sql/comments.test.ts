import { describe, expect, it } from "vitest";
import { endsInSemicolon, isBlankSql } from "../../../runner/sql/comments.ts";

describe("isBlankSql", () => {
  it.each(["", " \n\t", "-- a", "/* a */", "/* a /* b */ c */\n--d\n", "/* open"])(
    "%j holds nothing",
    (sql) => {
      expect(isBlankSql(sql)).toBe(true);
    },
  );

  it.each(["1", "-- a\nselect", "/* a */ */", "/* a /* b */ c */ d", "- -", "/"])(
    "%j holds something",
    (sql) => {
      expect(isBlankSql(sql)).toBe(false);
    },
  );
});

describe("endsInSemicolon", () => {
  it.each(["select 1;", "select 1; -- a", "select ';' ;\n/* a /* ; */ */ ", "select $a$;$a$;"])(
    "%j does",
    (sql) => {
      expect(endsInSemicolon(sql)).toBe(true);
    },
  );

  it.each([
    "select 1 -- a;",
    "select ';'",
    'select ";"',
    "select e'\\';'",
    "select $$;$$",
    "select 1 /* ; */",
    "",
  ])("%j does not", (sql) => {
    expect(endsInSemicolon(sql)).toBe(false);
  });
});

// A scan that begins anew at every comment would take hours for these.
it.each([
  ["comments that are not closed", "/*".repeat(2_000_000)],
  ["comments", "/**/".repeat(1_000_000)],
  ["line comments", "--\n".repeat(1_000_000)],
  ["quotes", "''".repeat(2_000_000)],
  ["dollar quotes", "$a$ ".repeat(1_000_000)],
  ["dollars", "$".repeat(2_000_001)],
  ["one long text", `'${"x".repeat(5_000_000)}'`],
])("reads a long query of %s once", (_, sql) => {
  expect(isBlankSql(sql)).toBe(/^[-/]/.test(sql));
  expect(endsInSemicolon(`${sql}`)).toBe(false);
});
