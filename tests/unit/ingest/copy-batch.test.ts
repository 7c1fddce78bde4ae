import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { CopyBatch } from "../../../ingest/load/copy-batch.ts";
import { canonicalJson, objectWriter } from "../../../ingest/values/canonical-json.ts";
import { textsOf } from "../../support/text-array.ts";

it("keeps what is said first of each key apart from what is said otherwise later, and nothing twice", async () => {
  const batch = new CopyBatch();
  // more than one piece of bytes, with characters of more than one byte
  const source = "s";
  const names = Array.from({ length: 3_000 }, (_, index) => `ü${index}`);
  const long = "é".repeat(100);
  const passed = { source, content: `passed\t${long}` };
  for (const name of names) batch.add({ ...passed, name, payload: "h\tp" });
  for (const name of names) batch.add({ ...passed, name, payload: "h\tother" });
  for (const name of ["ü2999", "ü2999"]) {
    batch.add({ source, name, content: `failed\t${long}`, payload: "h\tp" });
  }
  expect(await text(batch.first.stream())).toBe(
    names.map((name) => `s\t${name}\tpassed\t${long}\th\tp\n`).join(""),
  );
  expect(await text(batch.repeated.stream())).toBe(`s\tü2999\tfailed\t${long}\th\tp\n`);
  const { sources, names: kept } = batch.keys();
  expect(sources).toBe(`{"s"}`);
  expect(textsOf(kept)).toEqual(names);
  expect(batch.added).toBe(6_002);
});

it("keeps rows of two keys that have the same hash", async () => {
  const batch = new CopyBatch();
  const [one = "", other = ""] = ["run-422789", "run-639192"];
  for (const name of [one, other, one, other]) {
    batch.add({ source: "s", name, content: "passed", payload: "p" });
  }
  expect(await text(batch.first.stream())).toBe(`s\t${one}\tpassed\tp\n`);
  expect(await text(batch.repeated.stream())).toBe(`s\t${other}\tpassed\tp\n`);
});

it("keeps one name of several sources as often as it has sources", async () => {
  const batch = new CopyBatch();
  for (const source of ["s", "t", "s", "t"]) {
    batch.add({ source, name: "run-1", content: "passed", payload: "p" });
  }
  expect(await text(batch.first.stream())).toBe("s\trun-1\tpassed\tp\nt\trun-1\tpassed\tp\n");
  expect(batch.repeated.count).toBe(0);
  expect(batch.keys().sources).toBe(`{"s","t"}`);
});

it("uses the memory of a batch again when that is released, and no sooner", async () => {
  const filled = (content: string) => {
    const batch = new CopyBatch();
    for (let row = 0; row < 2_000; row += 1) {
      batch.add({ source: "s", name: String(row), content, payload: "p" });
    }
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
  const row = { content: "passed", payload: "h\tp" };
  batch.add({ source: "C:\\\\tmp\\\\new", name: "a\\tb\\n\\\\N", ...row });
  batch.add({ source: "C:", name: '{"a",b}', ...row });
  const { sources, names } = batch.keys();
  expect(sources).toBe('{"C:\\\\tmp\\\\new","C:"}');
  expect(textsOf(names)).toEqual(["a\tb\n\\N", '{"a",b}']);
  expect(new CopyBatch().keys().sources).toBe("{}");
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
