import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

const folder = join(import.meta.dirname, "..", "fixtures", "ingest");
/** Files of every tool. */
export const fixtureFiles = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => statSync(join(folder, name)).isFile())
  .sort()
  .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));

const inserted = [
  ...["{", "}", "[", '"', "<", ">", "]]>", "&x;", "<!--", ",", "\n", ":", "- ", ":valid? "],
  ...["\0", "NaN", "1e400", "-1", "null", "true", '""', "\\ud800", "\\u0000", "9999999999999999"],
];
// not fc.double: most of its numbers are very close to zero
const place = fc.noBias(fc.nat(9_999)).map((part) => part / 10_000);
const mutation = fc.oneof(
  fc.record({ at: place, remove: fc.nat(300), insert: fc.constant("") }),
  fc.record({ at: place, remove: fc.nat(8), insert: fc.constantFrom(...inserted) }),
  fc.record({
    at: place,
    remove: fc.constant(1),
    insert: fc.uint8Array({ minLength: 1, maxLength: 4 }),
  }),
);

/** A file of results as a tool wrote it, and then cut, changed and added to at random. */
export interface MutatedFile {
  name: string;
  bytes: Buffer;
}

/** Makes mutated files of the fixtures. */
export const mutatedFile: fc.Arbitrary<MutatedFile> = fc
  .record({
    file: fc.constantFrom(...fixtureFiles),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  })
  .map(({ file, mutations }) => ({
    name: file.name,
    bytes: mutations.reduce((bytes, { at, remove, insert }) => {
      const start = Math.floor(at * bytes.length);
      return Buffer.concat([
        bytes.subarray(0, start),
        Buffer.from(insert),
        bytes.subarray(start + remove),
      ]);
    }, Buffer.from(file.bytes)),
  }));

/** A file's bytes as they are read. */
export async function* chunksOf({ bytes }: MutatedFile): AsyncGenerator<Buffer> {
  yield bytes;
}
