import { expect } from "vitest";

/** The texts of an array in PostgreSQL's binary form. */
export function textsOf(bytes: Buffer): (string | null)[] {
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
