import { describe, expect, it } from "vitest";
import { formatTable } from "../../../runner/report/rows/table.ts";
import { displayWidth } from "../../../runner/text/terminal-text.ts";
import { everythingHostile, hostile } from "./sample-run.ts";

const text = 25;
const columns = [
  { name: "id", typeOid: 23 },
  { name: "name", typeOid: text },
  { name: "amount", typeOid: 1700 },
];

describe("formatTable", () => {
  it("aligns as psql does: numbers right, texts left, null empty, heads in the middle", () => {
    const rows = [
      ["1", "a", "1.50"],
      ["10000", null, null],
    ];
    expect(formatTable(columns, rows).join("\n")).toBe(
      [
        "  id   | name | amount",
        "-------+------+--------",
        "     1 | a    |   1.50",
        " 10000 |      |",
      ].join("\n"),
    );
  });

  it("shows a value of several lines with a + as psql does", () => {
    expect(
      formatTable([{ name: "v", typeOid: text }, ...columns.slice(0, 1)], [["a\nbcd\r\n", "7"]]),
    ).toEqual(["  v  | id", "-----+----", " a  +|  7", " bcd+|", "     |"]);
  });

  it("lets the caller choose the side", () => {
    const lines = formatTable(columns, [["1", "a", "2"]], { alignRight: [false, true] });
    expect(lines[2]).toBe(" 1  |    a |      2");
  });

  it("keeps the columns of every row at the same place, whatever the width of its characters", () => {
    const values = ["plain", "日本語", "👩‍👩‍👧 🇩🇪 ❤️", "e\u0301", "\u001b[31mred", "tab\there"];
    const lines = formatTable(
      [
        { name: "名前", typeOid: text },
        { name: "x", typeOid: text },
      ],
      values.map((value) => [value, "x"]),
    );
    const bars = lines.map((line) => displayWidth(line.slice(0, line.search(/[|+]/))));
    expect(new Set(bars).size).toBe(1);
  });

  it("lets nothing through that drives a terminal", () => {
    const output = formatTable([{ name: hostile.clipboard, typeOid: text }], [[everythingHostile]]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(output.join("\n")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(output.join("\n")).toContain("\\x1b]52;c;aGk=\\x07");
  });

  it("clips lines and cells to the widths given, also cells of a megabyte", () => {
    const lines = formatTable(columns, [["1", "日".repeat(500_000), "2"]], {
      maxWidth: 30,
      maxCellWidth: 60,
    });
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30);
    expect(lines[2]).toMatch(/^ {2}1 \| 日+…$/u);
  });

  it("takes no rows and no columns", () => {
    expect(formatTable(columns, [])).toEqual([" id | name | amount", "----+------+--------"]);
    expect(formatTable([], [])).toEqual(["", ""]);
  });
});
