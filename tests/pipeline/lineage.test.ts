import { describe, expect, it } from "vitest";
import type { CompiledGraph, CompiledTable } from "../../runner/compile/compiled-graph.ts";
import type { Session } from "../../runner/database/database.ts";
import type { ActionLineage } from "../../runner/lineage/lineage.ts";
import { lineageOfProject } from "../../runner/lineage/lineage-of-project.ts";
import { readCatalogue } from "../../runner/lineage/read-catalogue.ts";
import { targetKey, targetName } from "../../runner/target.ts";
import { columnsByLineage, columnsByServer, toldColumns } from "../integration/lineage/oracle.ts";
import { compileOnce } from "../support/compile-once.ts";
import { anyServer } from "../support/test-database.ts";
import { openWarehouse, projectDir } from "./warehouse.ts";

describe.each(anyServer())("lineage of the warehouse on $name", (server) => {
  it("is what PostgreSQL finds in every model and assertion", async () => {
    const { database, run } = await openWarehouse(server);
    await run();
    const graph = await compileOnce({ projectDir });
    await database.session(async (session) => {
      const catalogue = await readCatalogue(session.own);
      const lineage = await lineageOfProject(graph, catalogue);
      expect.soft(unknownColumns(catalogue, lineage)).toEqual([]);
      for (const each of await lineageOfProject(fullQueries(graph), catalogue)) {
        await compareWithServer(session, graph, each);
      }
    });
  });
});

/** Source columns that no relation of the database has. */
function unknownColumns(
  { relations }: Awaited<ReturnType<typeof readCatalogue>>,
  lineage: readonly ActionLineage[],
): string[] {
  const all = lineage.flatMap((each) => [each, ...each.writes]).flatMap(({ read }) => read);
  const missing = all.filter(({ schema, table, column }) => {
    const relation = relations.get(targetKey({ schema, name: table }));
    return !relation?.columns.some(({ name }) => name === column);
  });
  return missing.map(({ schema, table, column }) => `${schema}.${table}.${column}`);
}

/** The project as if every table were built whole, from its query alone. */
function fullQueries(graph: CompiledGraph): CompiledGraph {
  const tables = graph.tables?.map(
    ({ target, query, enumType, dependencyTargets, type }): CompiledTable => ({
      ...{ target, ...(enumType && { enumType }) },
      ...{ ...(query && { query }), ...(dependencyTargets && { dependencyTargets }) },
      ...(type && { type }),
    }),
  );
  return { ...graph, ...(tables && { tables }) };
}

async function compareWithServer(session: Session, graph: CompiledGraph, lineage: ActionLineage) {
  const key = targetKey(lineage.target);
  const all = [...(graph.tables ?? []), ...(graph.assertions ?? [])];
  const query = all.find(({ target }) => targetKey(target) === key)?.query;
  if (!query) return;
  const name = targetName(lineage.target);
  const found = columnsByLineage(lineage);
  const byServer = await columnsByServer(session, query);
  expect.soft({ name, columns: found }).toEqual({ name, columns: byServer });
  const beside = toldColumns(lineage).filter((each) => !found.includes(each));
  expect.soft({ name, beside, unknown: lineage.unknown }).toEqual({ name, beside: [], unknown: [] });
}
