// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import { describe, expect, it } from "vitest";
import { formatFile } from "../../../runner/format/format-file.ts";
import { defaultFormatSettings } from "../../../runner/format/format-settings.ts";

const compact = { ...defaultFormatSettings, layout: "compact" } as const;

function format(text: string, settings: Partial<typeof defaultFormatSettings> = {}): string {
  const formatted = formatFile("definitions/a.sqlx", text, { ...compact, ...settings });
  if (formatted.status === "leftAlone") throw new Error(formatted.reason);
  const result = formatted.status === "changed" ? formatted.text : text;
  const again = formatFile("definitions/a.sqlx", result, { ...compact, ...settings });
  expect(again).toEqual({ status: "unchanged" });
  return result;
}

const lines = (...each: string[]) => `${each.join("\n")}\n`;

describe("the compact layout", () => {
  it.each([
    "select 1",
    "select id from ${ref('a')} as a where id > 1 order by id",
    "select\n  id\nfrom a",
    "insert into a (b, c)\nselect 1, 2",
    "with a as (select 1) select * from a",
    "with\n\na as (\n  select 1 as id\n)\n\nselect *\nfrom a",
    "with\n\n-- why\na as (\n  select 1 as id\n),\n\n${b},\n\nc as (\n  select 2 as id\n)\n\nselect *\nfrom a",
    "with recursive\n\na as (\n  select 1\n)\n\nselect *\nfrom a",
    "select\n  a.id,\n  count(*) filter (where a.ok) as oks -- of all\nfrom a\ninner join b\n  on a.id = b.id\n  and (a.x or b.x)\nwhere a.d between 1 and 2\n  and b.y is distinct from 3\ngroup by a.id",
    "select distinct on (a.id)\n  a.*\nfrom a\norder by a.id, a.at desc",
    "select\n  case\n    when a then 1\n    else 2\n  end as b\nfrom c",
    "select *\nfrom (\n  values\n    -- Monday\n    (1, 'a'), (2, 'b'),\n    (3,\n      'c')\n) as a (id, name)",
    "select\n  sum(a) over (\n    partition by b\n    order by c\n    rows between unbounded preceding and 1 preceding\n  ) as d,\n  e[1] as f\nfrom g",
    "merge into a\nusing b\n  on a.id = b.id\nwhen matched then update\nset\n  x = b.x,\n  y = b.y\nwhen not matched then insert (id)\nvalues (b.id)",
    "insert into a (id)\nvalues (1)\non conflict (id) do update\nset x = excluded.x",
    "update a\nset x = b.x\nfrom b\nwhere a.id = b.id",
    "create table a (\n  id integer,\n  constraint k primary key (id)\n) partition by range (id)",
    "create trigger t before insert on a\n  for each row\nexecute function f()",
    "do $$\nbegin\n      null;\nend\n$$",
    // An e and an accent of its own, as macOS writes é.
    "do $e\u0301$\nbegin\n      null;\nend\n$e\u0301$",
    "select a\u00a0b, 😀c from d",
    "select 1;\n\nselect 2",
    "select a from b union all select c from d",
    "select extract(epoch from a - b) as c, trim(both ' ' from d) as e from f for update",
    "select\n  'x' || a\n    || 'y' as b\nfrom c",
  ])("leaves SQL alone that has it: %s", (sql) => {
    expect(format(lines(sql))).toBe(lines(sql));
  });

  it.each([
    ["select a\n, b from c", "select\n  a,\n  b\nfrom c"],
    ["select f(a,\nb) from c", "select f(\n  a,\n  b\n)\nfrom c"],
    [
      "select\na from\nb where\nc = 1 and d = 2\nor e",
      "select\n  a\nfrom b\nwhere c = 1\n  and d = 2\n  or e",
    ],
    [
      "select a from b join c on a.x = c.x\nand a.y=c.y",
      "select a\nfrom b\njoin c\n  on a.x = c.x\n  and a.y = c.y",
    ],
    [
      "select case when a then 1\nelse 2 end as b",
      "select case\n  when a then 1\n  else 2\nend as b",
    ],
    [
      "select a from b where c in (\nselect d from e )",
      "select a\nfrom b\nwhere c in (\n  select d\n  from e\n)",
    ],
    [
      "with a as (\nselect 1) select *\nfrom a",
      "with\n\na as (\n  select 1\n)\n\nselect *\nfrom a",
    ],
    ["select   a ,b  from c", "select a, b from c"],
  ])("gives a query or list on several lines one for each part: %s", (sql, expected) => {
    expect(format(sql)).toBe(lines(expected));
  });

  it.each([
    [
      "select alpha, beta, gamma from delta where epsilon",
      "select alpha, beta, gamma\nfrom delta\nwhere epsilon",
    ],
    [
      "select alpha, beta, gamma, delta, epsilon, zeta, eta",
      "select\n  alpha,\n  beta,\n  gamma,\n  delta,\n  epsilon,\n  zeta,\n  eta",
    ],
    [
      "select\n  round(alpha / beta) as a_rather_long_name\nfrom c",
      "select\n  round(alpha / beta)\n    as a_rather_long_name\nfrom c",
    ],
    [
      "select a from b where alpha = beta and gamma = delta or epsilon",
      "select a\nfrom b\nwhere alpha = beta\n  and gamma = delta\n  or epsilon",
    ],
    [
      "select a from b inner join c on b.alpha = c.alpha",
      "select a\nfrom b\ninner join c on b.alpha = c.alpha",
    ],
    [
      "select * from (values (1, 'aaaaaaa'), (2, 'bbbbb')) as a",
      "select *\nfrom (\n  values (1, 'aaaaaaa'), (2, 'bbbbb')\n) as a",
    ],
    [
      "select a_name_that_is_longer_than_a_whole_line_may_be",
      "select a_name_that_is_longer_than_a_whole_line_may_be",
    ],
  ])("breaks a line that is too long, as far outside as possible: %s", (sql, expected) => {
    expect(format(sql, { lineWidth: 40 })).toBe(lines(expected));
  });

  it("keeps a comment with the block that it describes", () => {
    const text = lines("select 1", "", "-- later", "post_operations {", "  select 2", "}");
    expect(format(text)).toBe(text);
  });

  it("reads a block that begins behind something else on its line", () => {
    const text =
      'config { type: "test", dataset: "a" } js { const b = `c   d`; }\n' +
      'input "e","f" { select  1 }\nselect  ${b} as g pre_operations { select  2 }';
    expect(format(text)).toBe(
      lines(
        'config { type: "test", dataset: "a" }',
        "",
        "js { const b = `c   d`; }",
        "",
        'input "e","f" {',
        "  select 1",
        "}",
        "",
        "select ${b} as g",
        "",
        "pre_operations {",
        "  select 2",
        "}",
      ),
    );
  });

  it("keeps objects and lists of a config block on their lines", () => {
    const config = lines(
      "config {",
      '  type: "table",',
      '  a: { b: [["c"], ["d"]] },',
      "}",
      "",
      "select 1",
    );
    expect(format(config)).toBe(config);
  });

  it("reads many nested brackets and many rows on one line", () => {
    const rows = Array.from({ length: 300 }, (_, index) => `(${index}, 'a')`).join(", ");
    const nested = `${"(".repeat(50)}1${")".repeat(50)}`;
    const result = format(`select ${nested} from (values ${rows}) as a (id, name)`);
    expect(result.split("\n").length).toBeGreaterThan(300);
  });
});

describe("the case of keywords", () => {
  const sql = lines("Select a.order, 'From' as b -- From", "from c.Select as a", "where A in (1)");

  it("changes keywords, and no name, string or comment", () => {
    expect(format(sql, { keywordCase: "upper" })).toBe(
      lines("SELECT a.order, 'From' AS b -- From", "FROM c.Select AS a", "WHERE A IN (1)"),
    );
    expect(format(sql, { keywordCase: "lower" })).toContain("select a.order, 'From' as b -- From");
    expect(format(sql, { keywordCase: "upper", layout: "dataform" })).toContain(
      "FROM\n  c.Select AS a",
    );
    expect(format(sql)).toContain("Select a");
  });
});
