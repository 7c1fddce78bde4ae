import { expect, it } from "vitest";
import { collectDocs } from "../../../runner/docs-site/collect/collect-docs.ts";
import { dataFiles } from "../../../runner/docs-site/data-files.ts";

it("the search knows the incremental query and the operations before and after as well", () => {
  const compiled = {
    projectConfig: {},
    tables: [
      {
        target: { schema: "shop", name: "orders" },
        enumType: "INCREMENTAL" as const,
        query: "select 1 as whole",
        incrementalQuery: "select 1 as newest",
        preOps: ["select 1 as earlier"],
        incrementalPreOps: ["select 1 as before_increment"],
        postOps: ["select 1 as later"],
      },
    ],
  };
  const docs = collectDocs(
    {
      ...{ compiled, lineage: [], relations: new Map(), history: undefined },
      sourceOf: () => undefined,
    },
    {
      ...{ project: "shop", origin: "made today", missing: [] },
      ...{ hasDatabase: false, withSamples: false },
    },
  );
  const sql = dataFiles(docs).find(({ path }) => path === "data/sql.js")?.text ?? "";
  for (const word of ["whole", "newest", "earlier", "before_increment", "later"]) {
    expect(sql).toContain(word);
  }
});
