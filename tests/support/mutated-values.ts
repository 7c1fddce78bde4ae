import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { fixtureFiles, type MutatedFile } from "./mutated-files.ts";

/** Documents of every tool, as values. */
const documents = fixtureFiles
  .filter(({ name }) => /\.(json|ndjson|yaml)$/.test(name))
  .flatMap(({ name, bytes }) =>
    parseAllDocuments(bytes.toString("utf8")).map((document) => ({
      name,
      value: (document as { toJS(): unknown }).toJS(),
    })),
  );

/** Values that a field may have in another release of its tool, or after an edit by hand. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 0.1, 1e308, -1e308, 2 ** 53, 1e21, 5e-324),
  fc.constantFrom<unknown>("", " ", "0", "NaN", "1e400", "true", "null", "-", "\0", "\ud800", "🦖"),
  fc.constantFrom<unknown>("2026-01-05T10:00:00", "9999-12-31T23:59:59.999999999+14:00", "1 Jan 1"),
  fc.constantFrom<unknown>({}, [], [[]], [null], { "": null }, { length: -1 }, { toString: 1 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constant("x".repeat(5_000)),
  fc
    .integer({ min: 1, max: 400 })
    .map((levels) => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`) as unknown),
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
);
const oddKey = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "length", "status", "start", "name", "0"),
  fc.string({ maxLength: 10 }),
);
const change = fc.record({
  where: fc.noBias(fc.nat(9_999)),
  how: fc.constantFrom("replace", "remove", "wrap", "rename", "unwrap"),
  value: oddValue,
  key: oddKey,
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
type Parent = Record<string, unknown> | unknown[];

/** Makes files of JSON that says something else than a tool would: other types, other keys, other values. */
export const mutatedDocument: fc.Arbitrary<MutatedFile> = fc
  .record({
    document: fc.constantFrom(...documents),
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    isList: fc.boolean(),
    doubled: fc.option(oddKey, { freq: 5 }),
  })
  .map(({ document, changes, isList, doubled }) => {
    const root = { value: structuredClone(document.value) };
    for (const each of changes) apply(root, each);
    const text = JSON.stringify(isList ? [root.value, document.value] : root.value) ?? "null";
    const key = JSON.stringify(doubled);
    const isDoubled = doubled !== null && text.startsWith("{");
    return {
      name: document.name,
      bytes: Buffer.from(isDoubled ? `{${key}:null,${key}:{},${text.slice(1)}` : text),
    };
  });

function apply(root: { value: unknown }, { where, how, value, key }: Change): void {
  const places = placesIn(root, []);
  const { parent, name } = places[where % places.length] ?? { parent: root, name: "value" };
  const fields = parent as Record<string, unknown>;
  const old = fields[name];
  const isKey = !Array.isArray(parent) && parent !== root;
  if (how === "replace") fields[name] = structuredClone(value);
  else if (how === "wrap") fields[name] = where % 2 === 0 ? [old] : { [key]: old };
  else if (how === "unwrap") fields[name] = insideOf(old);
  else if (isKey) {
    delete fields[name];
    const field = { value: old, enumerable: true, configurable: true, writable: true };
    if (how === "rename") Object.defineProperty(fields, key, field);
  }
}

function insideOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.values(value)[0] : String(value);
}

function placesIn(parent: Parent, found: { parent: Parent; name: string }[]) {
  for (const name of Object.keys(parent)) {
    found.push({ parent, name });
    const child = (parent as Record<string, unknown>)[name];
    if (typeof child === "object" && child !== null) placesIn(child as Parent, found);
  }
  return found;
}
