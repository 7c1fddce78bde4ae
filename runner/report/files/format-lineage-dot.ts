import type { AskedLineage } from "../../lineage/asked-lineage.ts";
import type { ColumnName } from "../../lineage/lineage.ts";
import { targetName } from "../../target.ts";
import { dotText } from "./dot-text.ts";

/** Lineage in the language of Graphviz: a node for every column, an edge with the way of every value. */
export function formatLineageDot({ relation, columns, up, down }: AskedLineage): string {
  const edges = [...(up?.columns ?? []), ...(down?.columns ?? [])];
  const own = columns.map((column) =>
    nameOf({ schema: relation.schema, table: relation.name, column }),
  );
  const names = new Set([...own, ...edges.flatMap(({ from, to }) => [from, to].map(nameOf))]);
  const lines = [
    ...[...names].map((name) => `${dotText(name)}${own.includes(name) ? " [style=bold]" : ""};`),
    ...edges.map(({ from, to, way }) => {
      const label = way === "direct" ? "" : ` [label=${dotText(way)}]`;
      return `${dotText(nameOf(from))} -> ${dotText(nameOf(to))}${label};`;
    }),
  ];
  return `digraph {\nrankdir=LR;\n${lines.join("\n")}\n}\n`;
}

function nameOf({ schema, table, column }: ColumnName): string {
  return `${targetName({ schema, name: table })}.${column}`;
}
