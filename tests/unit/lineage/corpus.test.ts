import { describe, expect, it } from "vitest";
import {
  corpusCatalogue,
  lineageOfOperation,
  lineageOfQuery,
  readCorpus,
  written,
} from "./corpus.ts";

// Each expectation in the files was compared with the rules of PostgreSQL by reading. Which columns the
// queries read is held by pg_depend, too: tests/integration/lineage/corpus-by-server.test.ts.
describe.each(["names", "joins", "queries", "functions"])("queries of corpus/%s.sql", (file) => {
  it.each(readCorpus(file))("$title", async ({ sql, expected }) => {
    expect(written(await lineageOfQuery(sql, corpusCatalogue()))).toEqual(expected);
  });
});

describe("statements of operations", () => {
  it.each(readCorpus("statements"))("$title", async ({ sql, expected }) => {
    expect(await lineageOfOperation(sql)).toEqual(expected);
  });
});

describe("queries without a catalogue", () => {
  it.each(readCorpus("without-database"))("$title", async ({ sql, expected }) => {
    expect(written(await lineageOfQuery(sql, undefined))).toEqual(expected);
  });
});
