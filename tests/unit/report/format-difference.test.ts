import { describe, expect, it } from "vitest";
import { formatDifference } from "../../../runner/report/console/format-difference.ts";
import type { Difference, DifferentRow } from "../../../runner/results/unit-test-result.ts";

const none = { missingColumns: [], unexpectedColumns: [], missingRows: 0, unexpectedRows: 0 };
const row = (side: DifferentRow["side"], count: number, ...values: (string | null)[]) => ({
  side,
  count,
  values,
});

describe("formatDifference", () => {
  it("shows expected and actual rows in the manner of a diff, NULL and empty texts told apart", () => {
    const difference: Difference = {
      ...{ ...none, missingRows: 1, unexpectedRows: 3, columns: ["id", "name"] },
      rows: [row("expected", 1, "1", null), row("actual", 3, "1", "")],
    };
    expect(formatDifference(difference)).toEqual([
      "- 1 expected row missing, + 3 unexpected rows",
      "     | id | name",
      "-----+----+------",
      "-    |  1 | NULL",
      "+ 3x |  1 | ''",
    ]);
  });

  it("names columns that are missing or too much", () => {
    const columns = { missingColumns: ["a", "b"], unexpectedColumns: ["c"] };
    expect(formatDifference({ ...none, ...columns, columns: [], rows: [] })).toEqual([
      "- expected columns: a, b",
      "+ unexpected column: c",
    ]);
  });

  it("says how many rows are not shown", () => {
    const rows = [row("expected", 2, "1")];
    const difference = { ...none, missingRows: 30, columns: ["id"], rows };
    expect(formatDifference(difference).at(-1)).toBe("… and 28 more rows");
  });

  it("leaves out columns without a difference when the terminal is too narrow", () => {
    const names = ["id", "a", "b", "c"];
    const long = "x".repeat(30);
    const difference: Difference = {
      ...{ ...none, missingRows: 1, unexpectedRows: 1, columns: names },
      rows: [row("expected", 1, "1", long, long, "1"), row("actual", 1, "1", long, long, "2")],
    };
    const lines = formatDifference(difference, { maxWidth: 60 });
    expect(lines[1]).toMatch(/id \| +a +\| c/);
    expect(lines.at(-1)).toBe("(1 column not shown; --json has all)");
    expect(Math.max(...lines.slice(1, -1).map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it("lets no value of the database drive the terminal", () => {
    const rows = [row("expected", 1, "\u001b[31mred")];
    const difference = { ...none, missingRows: 1, columns: ["id"], rows };
    expect(formatDifference(difference).join("\n")).not.toContain("\u001b");
  });
});
