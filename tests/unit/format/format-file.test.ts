// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import { describe, expect, it } from "vitest";
import { formatFile } from "../../../runner/format/format-file.ts";
import { defaultFormatSettings } from "../../../runner/format/format-settings.ts";

function format(text: string, fileName = "definitions/a.sqlx"): string {
  const formatted = formatFile(fileName, text);
  if (formatted.status === "leftAlone") throw new Error(formatted.reason);
  return formatted.status === "changed" ? formatted.text : text;
}

const lines = (...each: string[]) => `${each.join("\n")}\n`;

describe("formatting a SQLX file", () => {
  it("gives every block its lines and keeps their order", () => {
    const text = `config { type: "incremental", tags: ["a","b"] }
select 1 as id,2 as n from \${ref("x")}
pre_operations { select 1
---
select 2 }
js { const a = {b:1}; }
post_operations {
}`;
    expect(format(text)).toBe(
      lines(
        "config {",
        '  type: "incremental",',
        '  tags: ["a", "b"]',
        "}",
        "",
        "select",
        "  1 as id,",
        "  2 as n",
        "from",
        '  ${ref("x")}',
        "",
        "pre_operations {",
        "  select",
        "    1",
        "",
        "  ---",
        "",
        "  select",
        "    2",
        "}",
        "",
        "js {",
        "  const a = {",
        "    b: 1",
        "  };",
        "}",
        "",
        "post_operations {}",
      ),
    );
  });

  it.each([
    "x::int",
    "data ->> 'a  b'",
    "data #>> '{a,  b}'",
    "tags @> array['a  b']",
    "E'it\\'s  \\n'",
    "'it''s   here'",
    '"Col  umn"',
    "$$it's   here$$",
    "$body$ a  $$ 'b  $body$",
    "U&'d\\0061t  a'",
    "a[1:2]",
    "(array['a', 'b'])[n + 1]",
    "(array[array[1]])[1][1]",
    "extract(epoch from a - b)",
    "count(*) filter (where a is not null) over (partition by b order by c)",
    "percentile_cont(0.5) within group (order by x)",
    "substring(a from 1 for 2)",
    "own_function(a, any(b))",
    "a in (1, 2)",
    "- -1",
    "1.5e-3",
    "'${f(`x  ${'y'}`)}  z'",
    "pre_${name}_post",
    "${one}${two}",
    "${when(incremental(), `a\n      > 1`)}",
    "${ { a: '}' }.a }",
    "éé.and_ö",
  ])("keeps %s as it is written", (expression) => {
    const text = lines("select", `  ${expression} as value`, "from", "  t");
    expect(format(text.replace(/^from\n/m, "from    "))).toBe(text);
  });

  it.each([
    "select 1 -- don't   stop\n, 2",
    "select /* it's   a\n   note */ 1",
    "/*\n * box\n */\nselect 1",
    "-- only a comment",
    "select 1 /* a  /* it's */ b ' */  ,2",
    "select a<-1, b=-1, c - -1 from t",
    "merge into t using s on t.id=s.id when matched then update set a=s.a",
    "create function f() returns int language plpgsql as $$\nbegin\n  return  1; -- it's\nend $$;\nselect  f()",
    "with recursive a as (select 1 union all select n+1 from a) select * from a",
    "select count(*) filter (where a is not null) over (partition by b order by c) from d",
    "insert into a (b) values (1) on conflict (b) do update set b=excluded.b returning *",
    'js { const a = "}"; }\nselect  ${a}',
    "select a from b where c = any('{1,2}'::int[]) limit ${n}",
    "",
    "config { type: 'declaration', schema: 'a', name: 'b' }",
    'config { type: "test", dataset: "a" }\ninput "b" { select  1 as id }\nselect  1 as id',
    'config { type: "incremental" }\nselect  1 as d\nincremental_where { d > (select max(d)  from ${self()}) }',
  ])("changes nothing the second time: %s", (text) => {
    const once = format(text);
    expect(formatFile("definitions/a.sqlx", once)).toEqual({ status: "unchanged" });
    expect(once.replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
  });

  it("keeps the lines of queries, of long lists and around comments in parentheses", () => {
    const text = `select (select max(a) from b) as c, f(d order by -- last
e), sum(e) over (partition by aaaaaaaaaaaaaaaaaaaaaa order by bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)`;
    expect(format(text)).toBe(
      lines(
        "select",
        "  (",
        "    select",
        "      max(a)",
        "    from",
        "      b",
        "  ) as c,",
        "  f(",
        "    d",
        "    order by -- last",
        "      e",
        "  ),",
        "  sum(e) over (",
        "    partition by",
        "      aaaaaaaaaaaaaaaaaaaaaa",
        "    order by",
        "      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "  )",
      ),
    );
  });

  it("does not move what stands inside strings, dollar quotes and placeholders of a block", () => {
    const body = "do $$\nbegin\n null;\nend\n$$";
    const text = lines("post_operations {", `  ${body}`, "}", "", "select", "  1");
    expect(format(text)).toBe(text);
    const placeholder = "${when(true,\n`a\n b`)}";
    const withPlaceholder = lines(
      "post_operations {",
      `  ${placeholder}`,
      "}",
      "",
      "select",
      "  1",
    );
    expect(format(withPlaceholder)).toBe(withPlaceholder);
  });

  it.each(["dataform", "compact"] as const)(
    "keeps the lines of a comment in a block as they are in the layout %s",
    (layout) => {
      const old = "  /* old:\n    select a\n      from b */";
      const oldStar = "  /* note\n   * more */";
      const box = "  /*\n   * box\n   */";
      const query = layout === "compact" ? "  select 1" : "  select\n    1";
      const text = lines("pre_operations {", old, oldStar, box, query, "}");
      const settings = { ...defaultFormatSettings, layout };
      expect(formatFile("definitions/a.sqlx", text, settings)).toEqual({ status: "unchanged" });
    },
  );

  it.each([
    'config { type: "table", description: `${a.replace(/\'/g, `"`)}` }',
    "js { const a = b.replace(/[\"'`}]/g, ''); const c = 4 / 2 / 1; }",
    'js { return /[/"]{2}/.test(a) }',
    "select ${a.map((b) => `${b.replace(/'/g, \"''\")}`)}",
  ])("reads the quotes and braces of a regular expression as no quotes: %s", (text) => {
    const once = format(`${text}\nselect  1`);
    expect(once).toMatch(/\nselect\n {2}1\n$|\n {2}1\n$/);
    expect(once.replace(/\s/g, "")).toBe(`${text}select1`.replace(/\s/g, ""));
    expect(formatFile("definitions/a.sqlx", once)).toEqual({ status: "unchanged" });
  });

  it("keeps the line ends of Windows", () => {
    expect(format("select  1\r\nfrom   t\r\n")).toBe("select\r\n  1\r\nfrom\r\n  t\r\n");
  });

  it.each([
    ["config { type: 'table' \nselect 1", /not closed/],
    ["select 'open", /not closed/],
    ["select $$ open", /not closed/],
    ["select (1", /./],
    ["select 1 ꙮ 2", /ꙮ/],
    // On one line this would be a syntax error.
    ["select 'a'\n  'b' as one_string", /not be the same/],
    // To PostgreSQL, a blank that does not break a line is a letter.
    ["select a\u00a0b", /not be the same/],
  ])("leaves %s alone and says why", (text, reason) => {
    const formatted = formatFile("definitions/a.sqlx", text);
    expect(formatted.status).toBe("leftAlone");
    expect(formatted.status === "leftAlone" && formatted.reason).toMatch(reason);
  });
});

describe("formatting a JavaScript file", () => {
  it("sets its spaces and changes nothing the second time", () => {
    const text = "function  f(a){return `x  ${a}`+/a  b/.source}\nmodule.exports={f}";
    const once = format(text, "includes/a.js");
    expect(once).toContain("function f(a) {\n  return `x  ${a}` + /a  b/.source\n}");
    expect(formatFile("includes/a.js", once)).toEqual({ status: "unchanged" });
  });

  it.each([
    // Without its line break, this returns the text.
    "function f() {\n  return\n  `select 1`\n}",
    "function f() {\n  return\n  (1)\n}",
    "function f() {\n  return /* none */\n  (1)\n}",
    // Without its line break, this is a syntax error.
    'const a = require("./a")\n{\n  const b = a\n}',
    "js {\n  const a = b()\n  {\n    const c = 1\n  }\n}",
  ])("leaves a line break alone that ends a statement: %s", (text) => {
    const fileName = text.startsWith("js") ? "definitions/a.sqlx" : "includes/a.js";
    for (const layout of ["dataform", "compact"] as const) {
      const formatted = formatFile(fileName, text, { ...defaultFormatSettings, layout });
      expect(formatted.status).toBe("leftAlone");
    }
  });

  it.each([
    ["function f()\n{\n  return /* why */ (\n 1)\n}", "function f() {\n  return /* why */ ("],
    ["if (a) { return }", "if (a) {\n  return\n}"],
    ["for (;;) { if (a) { break } else continue }", "    break\n  } else continue\n}"],
    ["const a = { async, b }", "{\n  async,\n  b\n}"],
  ])("sets a line break that ends no statement otherwise: %s", (text, expected) => {
    expect(format(text, "includes/a.js")).toContain(expected);
  });

  it("leaves a file alone that is no JavaScript", () => {
    expect(formatFile("includes/a.js", "const a = 'open").status).toBe("leftAlone");
  });
});
