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

// Assertions that compare whole rows: a view depends on the relation, and not on its columns.
const wholeRows: Record<string, string> = {
  all_metrics_do_not_add_up: "fact_resiliency_metrics",
  all_scenario_metrics_do_not_add_up: "fact_scenario_metrics",
};

// Every line of the file was compared with the compiled SQL of its model by reading. A line that changes
// is compared again before the file is written anew.
it("of every model is what lineage-of-models.txt says, also without a database", async () => {
  const lineage = await lineageOfProject(await compileOnce({ projectDir }));
  const models = lineage.filter(({ type }) => type !== "assertion");
  await expect(models.map(written).join("\n")).toMatchFileSnapshot("lineage-of-models.txt");
});

function written({ target, columns, used, unknown, writes }: ActionLineage): string {
  const short = (each: { table: string; column: string }) => `${each.table}.${each.column}`;
  const lines = columns.map(({ name, sources, unknown: reason, isStored }) => {
    const from = sources.map(
      (each) => `${short(each)}${each.way === "direct" ? "" : ` ${each.way}`}`,
    );
    const rest = [...(isStored ? ["stored"] : []), ...(reason ? [`unknown: ${reason}`] : [])];
    return `  ${name}: ${[...from, ...rest].join(", ") || "nothing"}`;
  });
  const uses = used.map((each) => `  by ${short(each)} ${each.uses.join("+")}`);
  const others = writes.map((each) => `  writes ${each.target.name}`);
  const reasons = unknown.map((reason) => `  not known: ${reason}`);
  return `${[target.name, ...lines, ...uses, ...others, ...reasons].join("\n")}\n`;
}

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
  const whole = `resiliency.${wholeRows[lineage.target.name]}.`;
  const isCompared = (each: string) => !each.startsWith(whole);
  const byServer = (await columnsByServer(session, query)).filter(isCompared);
  expect.soft({ name, columns: found.filter(isCompared) }).toEqual({ name, columns: byServer });
  const beside = toldColumns(lineage).filter((each) => !found.includes(each));
  expect
    .soft({ name, beside, unknown: lineage.unknown })
    .toEqual({ name, beside: [], unknown: [] });
}
