import { describe, expect, it } from "vitest";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { lineageOfProject } from "../../../runner/lineage/lineage-of-project.ts";
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

it("a relation is read also where no column of it is named, and not where it is only written", async () => {
  const { readFrom } = await lineageOfQuery(
    "with o as (select from orders) select count(*) from o, archive.orders as a",
    corpusCatalogue(),
  );
  expect(readFrom).toEqual([
    { schema: "archive", name: "orders" },
    { schema: "public", name: "orders" },
  ]);
  const queries = ["insert into shop.kept select count(*) from raw.orders"];
  const operations = [{ target: { schema: "shop", name: "fill" }, queries }];
  const [fill] = await lineageOfProject({ projectConfig: {}, operations });
  expect(fill?.readFrom).toEqual([{ schema: "raw", name: "orders" }]);
});

describe("a relation of which an operation writes some columns", () => {
  const patch = { schema: "shop", name: "patch" };

  async function columnsOf(graph: Partial<CompiledGraph>, name: string) {
    const lineage = await lineageOfProject({ projectConfig: {}, ...graph });
    const found = lineage
      .flatMap((each) => [each, ...each.writes])
      .find(({ target }) => target.name === name);
    return { columns: found?.columns.map((each) => each.name), unknown: found?.unknown };
  }

  it("keeps the columns that its query gives", async () => {
    const totals = { schema: "shop", name: "totals" };
    const graph: Partial<CompiledGraph> = {
      tables: [
        {
          target: totals,
          query: "select country, sum(amount) as total from raw.orders group by 1",
        },
        {
          ...{ target: { schema: "shop", name: "report" }, enumType: "VIEW" },
          ...{ query: "select * from shop.totals", dependencyTargets: [totals, patch] },
        },
      ],
      operations: [{ target: patch, queries: ["update shop.totals set total = 0"] }],
    };
    expect(await columnsOf(graph, "report")).toEqual({
      columns: ["country", "total"],
      unknown: [],
    });
  });

  it("may have others that nobody knows, in the operation and outside of it", async () => {
    const graph: Partial<CompiledGraph> = {
      tables: [
        {
          ...{ target: { schema: "shop", name: "report" }, enumType: "VIEW" },
          ...{ query: "select * from raw.events", dependencyTargets: [patch] },
        },
      ],
      operations: [
        {
          target: patch,
          queries: [
            "insert into raw.events (id) select id from raw.clicks; create table shop.copied as select * from raw.events",
          ],
        },
      ],
    };
    const unknown = ["the columns of raw.events are not known without a database"];
    expect(await columnsOf(graph, "copied")).toEqual({ columns: [], unknown });
    expect(await columnsOf(graph, "report")).toEqual({
      columns: ["id"],
      unknown: ["not all columns of raw.events are known"],
    });
  });
});
