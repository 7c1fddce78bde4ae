import { describe, expect, it } from "vitest";
import { locateInSource } from "../../../runner/sql/locate-in-source.ts";

const source = `config {
  type: "incremental",
  assertions: { uniqueKey: ["test_idd"], rowConditions: ["duration_ms > 0"] }
}

pre_operations { set local work_mem to '64MB' }

select
  \${columns("raw")},
  '😀' as mood, dration,
  raw.\${field} as field, boom
from \${ref("raw")} as raw
where status = 'passed'
`;

const statement = `insert into "silver"."tests"
select
  raw.a,
  raw.b,
  '😀' as mood, dration,
  raw.some_name as field, boom
from "bronze"."raw" as raw
where status = 'passed';
`;

function locate(text: string, within = statement) {
  const index = within.indexOf(text);
  return locateInSource(source, within, [...within.slice(0, index)].length + 1);
}

describe("locateInSource", () => {
  it("finds a line that is written as it was compiled, counting code points", () => {
    expect(locate("dration")).toEqual({
      line: 10,
      column: 16,
      lineText: "  '😀' as mood, dration,",
      precision: "exact",
    });
  });

  it("corrects the column for what stands before it on a line with an expression", () => {
    expect(locate("boom")).toMatchObject({ line: 11, column: 26, precision: "exact" });
    expect(locate("raw\nwhere")).toMatchObject({ line: 12, column: 23, precision: "exact" });
  });

  it("points at the expression when the place is in what it became", () => {
    expect(locate("some_name")).toMatchObject({ line: 11, column: 7, precision: "expression" });
    expect(locate('"bronze"')).toMatchObject({ line: 12, column: 6, precision: "expression" });
  });

  it("finds the one expression that became several lines", () => {
    expect(locate("raw.b")).toMatchObject({ line: 9, column: 3, precision: "expression" });
  });

  it("sees through a wrapper and a semicolon on the same line", () => {
    expect(locate("'passed'")).toMatchObject({ line: 13, column: 16, precision: "exact" });
  });

  it("finds a one-line block that was compiled to a statement of its own", () => {
    const operation = "set local work_mem to '64MB'";
    expect(locate("work_mem", operation)).toMatchObject({ line: 6, column: 28 });
  });

  it("finds the word in the config block that a built-in assertion was made from", () => {
    const assertion = `select "test_idd" from "silver"."tests" group by "test_idd"`;
    expect(locate('"test_idd"', assertion)).toMatchObject({
      line: 3,
      column: 30,
      precision: "nearby",
    });
  });

  it("takes the copy that lies at the expected place when a line occurs twice", () => {
    const twice = "select a\nfrom x\nunion all\nselect b\nfrom x\norder by 1";
    const file = `config { type: "view" }\n\n${twice}`;
    const second = twice.lastIndexOf("from x") + 6;
    expect(locateInSource(file, twice, second)).toMatchObject({ line: 7, column: 6 });
  });

  it("follows another indentation", () => {
    expect(locateInSource("    select\n\t\t\tnope", "select\n  nope", 11)).toMatchObject({
      line: 2,
      column: 5,
      precision: "exact",
    });
  });

  it("counts a carriage return as PostgreSQL does and shows no trace of it", () => {
    const text = "select 1,\r\n  'x' || nope";
    expect(locateInSource(text, text, 8)).toMatchObject({ line: 1, lineText: "select 1," });
    expect(locateInSource(text, text, 21)).toEqual({
      line: 2,
      column: 10,
      lineText: "  'x' || nope",
      precision: "exact",
    });
  });

  it("takes the end of the input for the end of the last written line", () => {
    const text = "select 1 from\n\n  ";
    expect(locateInSource(text, text, 18)).toMatchObject({ line: 1, column: 14 });
  });

  it("reads expressions that hold braces, quotes and templates", () => {
    const file = `select 1\nfrom \${ref({ name: "}", schema: \`a\${"\`"}b}\` })} as t, nope`;
    const compiled = 'select 1\nfrom "a"."b" as t, nope';
    const position = compiled.indexOf("nope") + 1;
    expect(locateInSource(file, compiled, position)).toMatchObject({
      line: 2,
      column: (file.split("\n")[1] ?? "").indexOf("nope") + 1,
      precision: "exact",
    });
  });

  it("guesses the nearest expression when several could have become the line", () => {
    const file = `select\n  \${first()},\n  \${second()}\nfrom x y\n`;
    const compiled = "select\n  one, two,\n  three,\n  four\nfrom x y\n";
    expect(locateInSource(file, compiled, compiled.indexOf("four") + 1)).toMatchObject({
      line: 3,
      column: 3,
      precision: "nearby",
    });
  });

  it("does not take a line that is one expression for the origin of every line", () => {
    expect(locateInSource(`\${setup()}\nselect 1`, "create schema zzz", 8)).toBeUndefined();
  });

  it("says nothing when the statement has nothing to do with the file", () => {
    expect(locate("zzz", "create schema zzz")).toBeUndefined();
    expect(locateInSource(source, statement, 0)).toBeUndefined();
    expect(locateInSource(source, statement, 1_000_000)).toBeUndefined();
    expect(locateInSource("", "", 1)).toBeUndefined();
  });

  it("stays fast on lines of a megabyte full of expressions", () => {
    const file = `select ${`\${a}x `.repeat(50_000)}`;
    const compiled = `select ${"bx ".repeat(300_000)}boom`;
    expect(locateInSource(file, compiled, compiled.length)).toBeUndefined();
  });
});
