import { expect, it } from "vitest";
import type { CompiledGraph } from "../../../runner/compile/compiled-graph.ts";
import { collectDocs } from "../../../runner/docs-site/collect/collect-docs.ts";
import { actionPage } from "../../../runner/docs-site/pages/action-page.ts";
import { lineageOfProject } from "../../../runner/lineage/lineage-of-project.ts";
import { targetKey } from "../../../runner/target.ts";

const orders = { schema: "raw", name: "orders" };
const compiled: CompiledGraph = {
  projectConfig: {},
  declarations: [{ target: orders }],
  tables: [{ target: { schema: "shop", name: "constants" }, query: "select 1 as one" }],
  operations: [
    {
      target: { schema: "shop", name: "kept" },
      hasOutput: true,
      queries: ["create table if not exists shop.kept (id integer, amount numeric, note text)"],
    },
    {
      target: { schema: "shop", name: "fill" },
      queries: ["insert into shop.kept (id, amount) select id, amount * 2 from raw.orders"],
    },
    {
      target: { schema: "shop", name: "fill_again" },
      queries: ["insert into shop.kept (id) select id from raw.orders where amount > 0"],
    },
    { target: { schema: "shop", name: "hidden" }, queries: ["do $$ begin end $$"] },
  ],
};

async function docsOfGraph() {
  const columns = ["id", "amount"].map((name) => ({ name, type: "numeric" }));
  const catalogue = {
    relations: new Map([[targetKey(orders), { columns }]]),
    functions: new Map(),
  };
  const lineage = await lineageOfProject(compiled, catalogue);
  return collectDocs(
    { compiled, lineage, relations: new Map(), history: undefined, sourceOf: () => undefined },
    {
      ...{ project: "shop", origin: "made today", missing: [] },
      ...{ hasDatabase: false, withSamples: false },
    },
  );
}

it("the columns of a relation come from where other actions write them", async () => {
  const { actions } = await docsOfGraph();
  const columnsOf = (name: string) => actions.find((each) => each.name === name)?.columns ?? [];
  const kept = columnsOf("shop.kept").map(({ name, sources, isStored }) => [
    name,
    sources.map(({ relation, column, way }) => `${relation}.${column} ${way}`),
    isStored,
  ]);
  expect(kept).toEqual([
    ["id", ["raw.orders.id direct"], false],
    ["amount", ["raw.orders.amount transformed"], false],
    ["note", [], true],
  ]);
  const used = columnsOf("raw.orders").map(({ name, users, usedBy }) => [
    name,
    users.map(({ relation, column }) => `${relation}.${column}`),
    usedBy.map(({ action }) => action.name),
  ]);
  expect(used).toEqual([
    ["id", ["shop.kept.id"], []],
    ["amount", ["shop.kept.amount"], ["shop.fill_again"]],
  ]);
});

it("a column that others write is not called a constant, and what is not known is said", async () => {
  const docs = await docsOfGraph();
  const pageOf = (name: string) => {
    const action = docs.actions.find((each) => each.name === name);
    if (action === undefined) throw new Error(`there is no ${name}`);
    return actionPage(docs, action, new Set()).text;
  };
  for (const name of ["raw.orders", "shop.kept"]) {
    expect(pageOf(name), name).toContain("written from elsewhere");
    expect(pageOf(name), name).not.toContain("a constant, or made here");
  }
  expect(pageOf("shop.constants")).toContain("a constant, or made here");
  expect(pageOf("shop.constants")).not.toContain("Not known:");
  expect(pageOf("shop.hidden")).toContain(
    "Not known: what a do block reads and writes is not known.",
  );
});
