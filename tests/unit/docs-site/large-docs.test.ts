import { describe, expect, it } from "vitest";
import type { CompiledAssertion, CompiledTable } from "../../../runner/compile/compiled-graph.ts";
import { collectDocs } from "../../../runner/docs-site/collect/collect-docs.ts";
import { dataFiles } from "../../../runner/docs-site/data-files.ts";
import { actionPage } from "../../../runner/docs-site/pages/action-page.ts";
import { homePage } from "../../../runner/docs-site/pages/home-page.ts";
import { lineagePage } from "../../../runner/docs-site/pages/lineage-page.ts";
import { checksPage, columnsPage, modelsPage } from "../../../runner/docs-site/pages/list-pages.ts";

const models = 3_000;

function target(index: number) {
  return { schema: "big", name: `a_model_with_a_longer_name_${index}` };
}

/** Models of ten columns in 40 folders; each reads up to three others, and the first is read by all. */
function table(index: number): CompiledTable {
  const parents = [0, index - 1 - (index % 40), Math.floor(index / 2)];
  return {
    target: target(index),
    fileName: `definitions/folder_${index % 40}/model_${index}.sqlx`,
    tags: [`tag_${index % 30}`],
    dependencyTargets: [...new Set(parents)]
      .filter((each) => each >= 0 && each < index)
      .map(target),
    query: `select ${Array.from({ length: 10 }, (_, column) => `${column} as column_${column}`).join(", ")}`,
    actionDescriptor: {
      description: `One row per thing of the kind ${index}, with what is known of it.`,
      columns: Array.from({ length: 10 }, (_, column) => ({
        ...{ path: [`column_${column}`], description: "What it is." },
      })),
    },
  };
}

function assertion(index: number): CompiledAssertion {
  return {
    target: { schema: "checks", name: `big_${index}_assertions_uniqueKey_0` },
    fileName: `definitions/folder_${index % 40}/model_${index}.sqlx`,
    parentAction: target(index),
    dependencyTargets: [target(index)],
    query: "select 1 where false",
    rule: { uniqueKey: ["column_0"] },
  };
}

describe("the pages of 3,000 models", () => {
  it("keep to their sizes: data, elements and bytes of a page", () => {
    const numbers = Array.from({ length: models }, (_, index) => index);
    const docs = collectDocs(
      {
        compiled: {
          projectConfig: { defaultSchema: "big" },
          tables: numbers.map(table),
          assertions: numbers.map(assertion),
        },
        ...{ relations: new Map(), history: undefined, lineage: [], sourceOf: () => undefined },
      },
      {
        ...{ project: "big", origin: "made today", missing: [] },
        ...{ hasDatabase: false, withSamples: false },
      },
    );
    const data = new Map(dataFiles(docs).map(({ path, text }) => [path, text.length]));
    const shared = (data.get("data/search.js") ?? 0) + (data.get("data/graph.js") ?? 0);
    expect(shared).toBeLessThan(1.5 * 2 ** 20);
    const first = docs.actions.find(({ name }) => name === target(0).name);
    if (first === undefined) throw new Error("there is no first model");
    expect(first.children).toHaveLength(models - 1);
    const pages = [
      homePage(docs),
      lineagePage(docs),
      ...[modelsPage, checksPage, columnsPage].flatMap((make) => make(docs)),
      actionPage(docs, first, new Set(["select"])),
    ].filter(({ path }) => path.endsWith(".html"));
    expect(pages).toHaveLength(6);
    let readings = 0;
    const listed = docs.actions.filter((each) => each !== first);
    for (const each of listed) {
      const { kind } = each;
      const get = () => {
        readings++;
        return kind;
      };
      Object.defineProperty(each, "kind", { get });
    }
    for (let page = 0; page < 20; page++) actionPage(docs, first, new Set());
    // A page shows some neighbours; it does not look at every action.
    expect(readings).toBeLessThan(20 * 1_000);
    for (const { path, text } of pages) {
      expect(text.match(/<[a-z]/g)?.length, path).toBeLessThan(5_000);
      expect(text.length, path).toBeLessThan(150 * 1024);
    }
  });
});
