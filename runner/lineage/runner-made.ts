import type { CompiledGraph, CompiledTable } from "../compile/compiled-graph.ts";
import { relationNamed } from "../compile/settings/relation-named.ts";
import { type ActionSql, parsed } from "./action-sql.ts";

/** Takes an incremental table and returns what its settings `follows` and `stamps` add to its SQL. */
export async function runnerMade(
  table: CompiledTable,
  graph: CompiledGraph,
): Promise<Pick<ActionSql, "offered" | "stamps">> {
  const { follows = [], stamps = [] } = table.settings ?? {};
  const offered = follows.flatMap(({ references, columns, appendOnly }): ActionSql["offered"] => {
    const of = relationNamed(references, graph);
    if (!of) return [];
    const { name } = references;
    const keys = { name: `${name}__changed`, of, columns: columns.map(({ source }) => source) };
    return appendOnly === undefined ? [keys] : [keys, { name: `${name}__added`, of }];
  });
  const values = stamps.map(async ({ column, expression }) => {
    return { column, value: await parsed(`select (${expression}\n)`) };
  });
  return { offered, stamps: await Promise.all(values) };
}
