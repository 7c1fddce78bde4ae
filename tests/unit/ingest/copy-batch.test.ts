import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { CopyBatch } from "../../../ingest/load/copy-batch.ts";
import { canonicalJson, objectWriter } from "../../../ingest/values/canonical-json.ts";

it("keeps what is said first of each key apart from what is said otherwise later, and nothing twice", async () => {
  const batch = new CopyBatch();
  // more than one piece of bytes, with characters of more than one byte
  const keys = Array.from({ length: 3_000 }, (_, index) => `s\tü${index}`);
  const long = "é".repeat(100);
  for (const key of keys) batch.add({ key, content: `passed\t${long}`, payload: "h\tp" });
  for (const key of keys) batch.add({ key, content: `passed\t${long}`, payload: "h\tother" });
  batch.add({ key: "s\tü2999", content: `failed\t${long}`, payload: "h\tp" });
  batch.add({ key: "s\tü2999", content: `failed\t${long}`, payload: "h\tp" });
  expect(await text(batch.first.stream())).toBe(
    keys.map((key) => `${key}\tpassed\t${long}\th\tp\n`).join(""),
  );
  expect(await text(batch.repeated.stream())).toBe(`s\tü2999\tfailed\t${long}\th\tp\n`);
  const names = keys.map((key) => key.slice(2));
  expect(batch.keys()).toEqual({ sources: `{"s"}`, names: `{"${names.join(`","`)}"}` });
  expect(batch.added).toBe(6_002);
});

it("keeps rows of two keys that have the same hash", async () => {
  const batch = new CopyBatch();
  const [one, other] = ["s\trun-232789", "s\trun-429192"];
  for (const key of [one, other, one, other]) batch.add({ key, content: "passed", payload: "p" });
  expect(await text(batch.first.stream())).toBe(`${one}\tpassed\tp\n`);
  expect(await text(batch.repeated.stream())).toBe(`${other}\tpassed\tp\n`);
});

it("uses the memory of a batch again when that is released, and no sooner", async () => {
  const filled = (content: string) => {
    const batch = new CopyBatch();
    for (let row = 0; row < 2_000; row += 1) batch.add({ key: `s\t${row}`, content, payload: "p" });
    return batch;
  };
  const lines = (content: string) =>
    Array.from({ length: 2_000 }, (_, row) => `s\t${row}\t${content}\tp\n`).join("");
  const [one, other] = ["1".repeat(300), "2".repeat(300)];
  filled(one).release();
  const [kept, later] = [filled(one), filled(other)];
  expect(await text(kept.first.stream())).toBe(lines(one));
  expect(await text(later.first.stream())).toBe(lines(other));
});

it("gives keys as PostgreSQL reads a list, not as COPY writes them", () => {
  const batch = new CopyBatch();
  batch.add({ key: "C:\\\\tmp\\\\new\ta\\tb\\n\\\\N", content: "passed", payload: "h\tp" });
  batch.add({ key: 'C:\t{"a",b}', content: "passed", payload: "h\tp" });
  expect(batch.keys()).toEqual({
    sources: '{"C:\\\\tmp\\\\new","C:"}',
    names: '{"a\tb\n\\\\N","{\\"a\\",b}"}',
  });
  expect(new CopyBatch().keys()).toEqual({ sources: "{}", names: "{}" });
});

it("writes the same value as the same text, whatever its keys and their order", () => {
  const keys = ["b", "__proto__", "10", "a", "9"];
  const values = ["x", 'y"', 1, null, true];
  const entries = keys.map((key, index) => [key, values[index]] as const);
  const expected = '{"9":true,"10":1,"__proto__":"y\\"","a":null,"b":"x"}';
  expect(objectWriter(keys)(values).text).toBe(expected);
  expect(canonicalJson(Object.fromEntries(entries))).toBe(expected);
  expect(canonicalJson(Object.fromEntries(entries.reverse()))).toBe(expected);
  expect(canonicalJson([{ b: undefined, a: [{ d: 1, c: 2 }] }])).toBe('[{"a":[{"c":2,"d":1}]}]');
});
