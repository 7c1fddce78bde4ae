import { describe, expect, it } from "vitest";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { askedLineage } from "../../../runner/lineage/asked-lineage.ts";
import { columnGraph } from "../../../runner/lineage/column-graph.ts";
import { lineageOfProject } from "../../../runner/lineage/lineage-of-project.ts";
import { formatLineage } from "../../../runner/report/console/format-lineage.ts";
import { formatLineageDot } from "../../../runner/report/files/format-lineage-dot.ts";

const graph: CompiledGraph = {
  projectConfig: {},
  declarations: [{ target: { schema: "raw", name: "orders" } }],
  tables: [
    {
      target: { schema: "shop", name: "paid" },
      enumType: "VIEW",
      query: `select id, amount as paid, country from raw.orders where status = 'paid'`,
    },
    {
      target: { schema: "shop", name: "totals" },
      query: "select country, sum(paid) as total from shop.paid group by country",
    },
    {
      target: { schema: "shop", name: "best" },
      query: "select total * 2 as total from shop.totals",
    },
    { target: { schema: "old", name: "best" }, query: "select 1 as one" },
  ],
  assertions: [
    {
      target: { schema: "checks", name: "totals_have_a_country" },
      query: "select * from shop.totals where country is null",
    },
  ],
};

async function ask(name: string, directions = { up: true, down: true }) {
  return askedLineage(columnGraph(await lineageOfProject(graph)), name, directions);
}

async function linesOf(name: string, directions?: { up: boolean; down: boolean }): Promise<string> {
  return formatLineage(await ask(name, directions)).join("\n");
}

describe("the lineage of a column", () => {
  it("is a tree in each direction, with what could not be told", async () => {
    expect(await linesOf("totals.total")).toBe(`shop.totals.total

comes from
  shop.paid.paid  (aggregated)
    raw.orders.amount

rows of shop.totals are
  grouped by shop.paid.country

goes into
  shop.best.total  (transformed)

not known
  raw.orders: its columns are not known without a database`);
  });

  it("says what rows are chosen by it, and which assertions check it", async () => {
    expect(
      await linesOf("shop.totals.country", { up: false, down: true }),
    ).toBe(`shop.totals.country

is used by
  assertion checks.totals_have_a_country checks shop.totals.country`);
    expect(await linesOf("paid.country", { up: false, down: true })).toBe(`shop.paid.country

goes into
  shop.totals.country

is used by
  shop.totals is grouped by shop.paid.country`);
  });

  it("ends where nothing is known", async () => {
    expect(await linesOf("old.best.one", { up: true, down: false })).toBe(
      "old.best.one\n\ncomes from\n  nothing that the project knows",
    );
  });
});

it("shows the neighbours of every column of a model", async () => {
  expect(await linesOf("paid")).toContain(`comes from
  id
    raw.orders.id
  paid
    raw.orders.amount
  country
    raw.orders.country

rows of shop.paid are
  filtered by raw.orders.status

goes into
  paid
    shop.totals.total  (aggregated)
  country
    shop.totals.country
`);
});

it("of an assertion is what it checks", async () => {
  expect(
    await linesOf("totals_have_a_country", { up: true, down: false }),
  ).toBe(`checks.totals_have_a_country

checks
  shop.totals.country`);
});

it("says of an operation only where it writes a column to, and in how many ways rows are chosen", async () => {
  const queries = [
    "insert into shop.kept (id) select id from raw.orders where paid",
    "insert into shop.names (name) select name from raw.people",
  ];
  const again = [
    "insert into shop.kept (id) select p.id from raw.people as p join raw.orders as o on o.paid",
  ];
  const lineage = await lineageOfProject({
    projectConfig: {},
    operations: [
      { target: { schema: "shop", name: "fill" }, queries },
      { target: { schema: "shop", name: "fill_again" }, queries: again },
    ],
  });
  const linesFor = (name: string) =>
    formatLineage(askedLineage(columnGraph(lineage), name, { up: false, down: true })).join("\n");
  expect(linesFor("raw.orders.id")).toBe("raw.orders.id\n\ngoes into\n  shop.kept.id");
  expect(linesFor("raw.orders.paid")).toBe(`raw.orders.paid

is used by
  shop.kept is filtered by raw.orders.paid
  shop.kept is joined by raw.orders.paid`);
});

it("draws every value on its way as an edge", async () => {
  expect(formatLineageDot(await ask("totals.total"))).toBe(`digraph {
rankdir=LR;
"shop.totals.total" [style=bold];
"shop.paid.paid";
"raw.orders.amount";
"shop.best.total";
"shop.paid.paid" -> "shop.totals.total" [label="aggregated"];
"raw.orders.amount" -> "shop.paid.paid";
"shop.totals.total" -> "shop.best.total" [label="transformed"];
}
`);
});

describe("a name that means nothing", () => {
  it.each([
    ["totals.totl", "shop.totals has no column totl", "did you mean total?"],
    [
      "total",
      "nothing is named total",
      "did you mean totals or shop.totals or totals_have_a_country?",
    ],
    ["best", "best is the name of 2 relations", "name one of them: shop.best, old.best"],
    ["nobody.knows", "nothing is named nobody", "dataform compile lists the actions"],
  ])("%s", async (name, message, hint) => {
    await expect(ask(name)).rejects.toMatchObject({ message, hint });
  });
});
