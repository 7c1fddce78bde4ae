import fc from "fast-check";
import { expect, it } from "vitest";
import { CopyLines } from "../../../ingest/load/copy-lines.ts";
import { textArrays } from "../../../ingest/load/text-arrays.ts";
import { copyText } from "../../../warehouse/copy-text.ts";

/** The texts of an array in PostgreSQL's binary form. */
function textsOf(bytes: Buffer): (string | null)[] {
  const [dimensions, , type, count = 0, first] = [0, 4, 8, 12, 16].map((at) =>
    bytes.readInt32BE(at),
  );
  expect([dimensions, type, first]).toEqual([1, 25, 1]);
  let at = 20;
  const texts = Array.from({ length: count }, () => {
    const length = bytes.readInt32BE(at);
    at += 4 + Math.max(0, length);
    return length < 0 ? null : bytes.toString("utf8", at - length, at);
  });
  expect(at).toBe(bytes.length);
  return texts;
}

const field = fc.option(
  fc.oneof(
    { weight: 9, arbitrary: fc.string({ unit: "binary" }) },
    {
      weight: 9,
      arbitrary: fc.string({ unit: fc.constantFrom("\\", "\t", "\n", "\r", "N", "é") }),
    },
    { weight: 1, arbitrary: fc.constant("long\\".repeat(10_000)) },
  ),
);

it("gives of each column what COPY would read of the lines", () => {
  const property = fc.property(
    fc.array(fc.tuple(field, field, field), { minLength: 1 }),
    (rows) => {
      const lines = new CopyLines();
      for (const row of rows) lines.add(`${row.map(copyText).join("\t")}\n`);
      const columns = [0, 1, 2].map((column) => rows.map((row) => row[column] ?? null));
      expect(textArrays(lines, 3).map(textsOf)).toEqual(columns);
    },
  );
  fc.assert(property);
});
