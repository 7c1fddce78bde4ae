import { describe, expect, it } from "vitest";
import { formatJson } from "../../../runner/report/rows/json-rows.ts";
import { hostile } from "./sample-run.ts";

const types = { bool: 16, int8: 20, int4: 23, text: 25, json: 114, float8: 701, numeric: 1700 };

function column(name: string, type: keyof typeof types) {
  return { name, typeOid: types[type] };
}

describe("formatJson", () => {
  it("keeps every digit of a number", () => {
    const columns = [column("i", "int8"), column("n", "numeric"), column("f", "float8")];
    const text = formatJson(columns, [["9223372036854775807", "-0.10000000000000000001", "1e-07"]]);
    expect(text).toBe('[\n{"i":9223372036854775807,"n":-0.10000000000000000001,"f":1e-07}\n]\n');
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it("writes numbers that JSON has no word for as strings", () => {
    const columns = [column("n", "numeric"), column("f", "float8")];
    expect(JSON.parse(formatJson(columns, [["NaN", "-Infinity"]]))).toEqual([
      { n: "NaN", f: "-Infinity" },
    ]);
  });

  it("gives booleans, null and json as themselves and everything else as a string", () => {
    const columns = [column("b", "bool"), column("j", "json"), column("t", "text")];
    const rows = [
      ["t", '{"a":\n[1, null]}', "1"],
      ["f", null, null],
    ];
    expect(JSON.parse(formatJson(columns, rows))).toEqual([
      { b: true, j: { a: [1, null] }, t: "1" },
      { b: false, j: null, t: null },
    ]);
  });

  it("numbers repeated column names without taking a name that exists", () => {
    const columns = ["a", "a", "a_2", "a", "__proto__"].map((name) => column(name, "int4"));
    expect(formatJson(columns, [["1", "2", "3", "4", "5"]])).toBe(
      '[\n{"a":1,"a_3":2,"a_2":3,"a_4":4,"__proto__":5}\n]\n',
    );
  });

  it("gives back hostile values unchanged and holds no terminal control", () => {
    const values = [...Object.values(hostile), "\u009b31m \u202e \u2028", "x".repeat(1_000_000)];
    const text = formatJson(
      [column("v", "text")],
      values.map((value) => [value]),
    );
    expect(JSON.parse(text)).toEqual(values.map((v) => ({ v })));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("is an empty array without rows", () => {
    expect(formatJson([column("a", "text")], [])).toBe("[]\n");
  });
});
