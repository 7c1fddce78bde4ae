import fc from "fast-check";
import { expect, it } from "vitest";
import { CopyLines } from "../../../ingest/load/copy-lines.ts";
import { textArrays } from "../../../ingest/load/text-arrays.ts";
import { copyText } from "../../../warehouse/copy-text.ts";
import { textsOf } from "../../support/text-array.ts";

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
