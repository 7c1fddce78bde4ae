import { describe, expect, it } from "vitest";
import {
  corpusCatalogue,
  lineageOfOperation,
  lineageOfQuery,
  readCorpus,
  written,
} from "./corpus.ts";

// Every expectation in the files was checked by hand against the rules of PostgreSQL.
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
