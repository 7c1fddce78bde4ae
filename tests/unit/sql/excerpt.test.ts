import { describe, expect, it } from "vitest";
import { sqlBeginning, sqlExcerpt } from "../../../runner/sql/excerpt.ts";
import { displayWidth } from "../../../runner/text/terminal-text.ts";

function caretOn(lines: string[]): string {
  const index = lines.findIndex((line) => /^\s*\|\s*\^$/.test(line));
  const column = displayWidth((lines[index] ?? "").slice(0, -1));
  let width = 0;
  for (const character of lines[index - 1] ?? "") {
    if (width === column) return character;
    width += displayWidth(character);
  }
  return "";
}

describe("sqlExcerpt", () => {
  it("shows two lines on either side with the caret under the position", () => {
    const statement = "select\n  a,\n  dration,\n  c\nfrom t\nwhere x";
    expect(sqlExcerpt(statement, statement.indexOf("dration") + 1).join("\n")).toBe(
      [
        "  1 | select",
        "  2 |   a,",
        "> 3 |   dration,",
        "    |   ^",
        "  4 |   c",
        "  5 | from t",
      ].join("\n"),
    );
  });

  it("aligns line numbers of different lengths and takes the number of context lines", () => {
    const statement = Array.from({ length: 12 }, (_, index) => `line${index + 1}`).join("\n");
    const position = statement.indexOf("line10") + 1;
    expect(sqlExcerpt(statement, position, { context: 1 })).toEqual([
      "   9 | line9",
      "> 10 | line10",
      "     | ^",
      "  11 | line11",
    ]);
  });

  it("puts the caret right behind tabs, wide characters and astral characters", () => {
    // PostgreSQL 15 says 26 for this statement.
    const statement = "select '😀é日本' as \"😀x\",\n\t boom from (select 1) t";
    expect(caretOn(sqlExcerpt(statement, 26))).toBe("b");
    expect(caretOn(sqlExcerpt("select '日本' || 😀, ¿", 19))).toBe("¿");
  });

  it("clips a long line around the caret", () => {
    const statement = `${"a".repeat(1_000_000)} ¿ ${"😀".repeat(1_000_000)}`;
    const lines = sqlExcerpt(statement, 1_000_002, { maxWidth: 60 });
    expect(lines).toHaveLength(2);
    expect(caretOn(lines)).toBe("¿");
    expect(lines[0]).toMatch(/^> 1 \| …a+ ¿ 😀+…$/u);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  });

  it("clips a line that is long on the right only", () => {
    const lines = sqlExcerpt(`select ¿${"b".repeat(500)}`, 8, { maxWidth: 40 });
    expect(caretOn(lines)).toBe("¿");
    expect(displayWidth(lines[0] ?? "")).toBe(40);
  });

  it("writes terminal escapes out and moves the caret with them", () => {
    const lines = sqlExcerpt("select '\u001b]52;c;x\u0007' ¿", 20);
    expect(lines.join("")).not.toContain("\u001b");
    expect(caretOn(lines)).toBe("¿");
  });

  it("points behind the last character at the end of the input", () => {
    expect(sqlExcerpt("select (\n\n", 11)).toEqual(["> 1 | select (", "    |         ^"]);
  });

  it("is empty for a position outside the statement", () => {
    expect(sqlExcerpt("select 1", 100)).toEqual([]);
    expect(sqlExcerpt("select 1", 0)).toEqual([]);
  });
});

describe("sqlBeginning", () => {
  it("shows the first lines and how many follow", () => {
    expect(sqlBeginning("a\nb\nc\n", { lines: 2 })).toEqual([
      "  1 | a",
      "  2 | b",
      "    | … 1 more line",
    ]);
    expect(sqlBeginning("\n \na\nb\n", { lines: 2 })).toEqual(["  1 | a", "  2 | b"]);
  });
});
