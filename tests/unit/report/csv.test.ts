import { describe, expect, it } from "vitest";
import { formatCsv } from "../../../runner/report/rows/csv.ts";
import { hostile } from "./sample-run.ts";

const columns = [
  { name: "a", typeOid: 25 },
  { name: 'b "quoted", name', typeOid: 25 },
];

/** An independent reader of RFC 4180; null for an empty field without quotes. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [[]];
  const fields = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  for (let match = fields.exec(text); match; match = fields.exec(text)) {
    const [, quoted, plain, end] = match;
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? (plain === "" ? null : (plain ?? null)));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("formatCsv", () => {
  it("gives back every value when it is read, null apart from the empty string", () => {
    const values = [...Object.values(hostile), "", null, '"', "a,b", "\n", "x".repeat(1_000_000)];
    const rows = values.map((value) => [value, "end"]);
    const text = formatCsv(columns, rows);
    expect(parseCsv(text)).toEqual([["a", 'b "quoted", name'], ...rows]);
  });

  it("writes null as nothing and the empty string as two quotes", () => {
    expect(formatCsv(columns.slice(0, 1), [[null], [""], ["x"]], { lineBreak: "\n" })).toBe(
      'a\n\n""\nx\n',
    );
  });

  it("quotes the line that would end the data of a copy", () => {
    expect(formatCsv(columns.slice(0, 1), [["\\."]])).toBe('a\r\n"\\."\r\n');
  });

  it("guards formulas only when asked, and never numbers", () => {
    const values = ["=1+1", "+a", "-5.5", "-5-5", "@x", "\tx", "-1e5", "a=b", "＝1", "\n=1"];
    const rows = values.map((v) => [v]);
    const one = [{ name: "v", typeOid: 25 }];
    expect(formatCsv(one, rows, { lineBreak: "\n" })).not.toContain("'");
    expect(formatCsv(one, rows, { lineBreak: "\n", guardFormulas: true })).toBe(
      "v\n'=1+1\n'+a\n-5.5\n'-5-5\n'@x\n'\tx\n-1e5\na=b\n'＝1\n\"'\n=1\"\n",
    );
  });
});
