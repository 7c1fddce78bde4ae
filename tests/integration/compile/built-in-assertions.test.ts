import path from "node:path";
import { describe, expect, it } from "vitest";
import { compileInWorker } from "../../support/compile-project.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";

const projectDir = path.resolve(
  import.meta.dirname,
  "../../fixtures/projects/names-that-need-quotes",
);

describe.each(serversByVersion())("on $name", (server) => {
  it("the assertions that core generates are valid and find the rows that are wrong", async () => {
    const { database } = await openTestDatabase(server);
    const { assertions = [] } = await compileInWorker({ projectDir });
    await database.query(`
      create schema "Sales Data";
      create table "Sales Data"."Order ""Lines""" ("Order Id" integer, "Status" text);
      insert into "Sales Data"."Order ""Lines""" values
        (1, 'it''s'), (1, 'it''s'), (2, 'other'), (null, 'it''s');
    `);
    const found = new Map<string, (string | null)[][]>();
    for (const { target, query, parentAction } of assertions) {
      if (parentAction?.name !== 'Order "Lines"') continue;
      const { rows } = await database.query(query ?? "");
      found.set(target.name.replace(/.*_assertions_/, ""), rows);
    }
    expect(found.get("uniqueKey_0")).toEqual([["1", "2"]]);
    expect(found.get("rowConditions")).toEqual([
      [`"Status" = 'it''s'`, "2", "other"],
      ['"Order Id" IS NOT NULL', null, "it's"],
    ]);
  });
});
