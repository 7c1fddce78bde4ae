import fc from "fast-check";
import { expect, it } from "vitest";
import { flatLineReader } from "../../../ingest/text/flat-line.ts";
import { canonicalJson } from "../../../ingest/values/canonical-json.ts";

it("reads a line as JSON.parse does, or leaves it to that", () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const object = fc.dictionary(fc.oneof(fc.string(), fc.nat(20).map(String)), scalar);
  const spelling = fc.constantFrom(
    "0",
    "-0",
    "1.50",
    "1e3",
    "0.0000001",
    "123456789.123456",
    "-0.5",
  );
  let read = 0;
  fc.assert(
    fc.property(object, spelling, fc.boolean(), (value, number, isSpaced) => {
      const line = withNumber(value, number, isSpaced);
      const parsed = JSON.parse(line) as object;
      const flat = flatLineReader(Object.keys(parsed))(line);
      if (flat === undefined) return;
      read += 1;
      expect(flat.values).toEqual(Object.values(parsed));
      expect(flat.write()).toBe(canonicalJson(parsed));
      expect(flat.write()).not.toContain("\\");
    }),
    { numRuns: 500 },
  );
  expect(read).toBeGreaterThan(50);
});

function withNumber(value: object, number: string, isSpaced: boolean): string {
  const [comma, colon] = isSpaced ? [", ", ": "] : [",", ":"];
  const fields = Object.entries(value).map(
    ([key, field]) => `${JSON.stringify(key)}${colon}${JSON.stringify(field)}`,
  );
  return `{${[...fields, `"n"${colon}${number}`].join(comma)}}`;
}

it("leaves to JSON.parse what is no JSON, what has other keys, and keys with escapes", () => {
  const read = flatLineReader(["a", "b"]);
  expect(read('{"a":"x","b":1}')?.values).toEqual(["x", 1]);
  const others = ['{"a":"\t","b":1}', '{"a":"x","b":01}', '{"a":"x","b":1', '{"a":"x","b":1}}'];
  const keys = ['{"b":1,"a":"x"}', '{"a":"x","b":1,"b":2}', '{"a":"x"}', '{"a":"x","B":1}'];
  const values = ['{"a":"\\u0041","b":1}', '{"a":["x"],"b":1}', '{"a":"x","b":NaN}'];
  for (const line of [...others, ...keys, ...values]) expect(read(line)).toBeUndefined();
  expect(flatLineReader(['q"'])('{"q\\"":1}')).toBeUndefined();
  expect(flatLineReader(["a.c"])('{"abc":1}')).toBeUndefined();
  const long = "x".repeat(1_000_000);
  expect(read(`{"a":"${long}","b":true}`)?.values).toEqual([long, true]);
});
