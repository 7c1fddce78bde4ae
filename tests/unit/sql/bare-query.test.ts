import { describe, expect, it } from "vitest";
import { bareQuery } from "../../../runner/sql/bare-query.ts";

const endings = [
  "",
  ";",
  " ; -- comment",
  "-- comment",
  "\n--comment; without a line break",
  " /* a /* nested; */ comment */;",
  ";;",
  "; \n ; /* x */ -- y",
];

// Each ends in something that could be taken for an end of the query or for a comment.
const queries = [
  "select 1",
  "select ';' as a",
  "select E'\\'; -- ' as a",
  "select date'2024-01-01'",
  'select 1 as "a; -- b"',
  "select $$; -- $$",
  "select $x$; /* $$ */ $x$",
  "select 1 - -1",
  "select a -- ;\n, b from t",
  "select 1 as e where 'x' = 'x'",
];

describe("bareQuery", () => {
  it("takes away what ends a query and nothing else", () => {
    for (const query of queries) {
      for (const ending of endings) expect(bareQuery(query + ending)).toBe(query);
    }
  });

  it("leaves a second statement for PostgreSQL to refuse", () => {
    expect(bareQuery("select 1; select 2;")).toBe("select 1; select 2");
    expect(bareQuery(" ; -- nothing")).toBe("");
  });
});
