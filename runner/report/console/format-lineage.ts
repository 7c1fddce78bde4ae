import type { AskedLineage } from "../../lineage/asked-lineage.ts";
import type { ColumnEdge, LineageGap, LineageWalk, RowEdge } from "../../lineage/column-graph.ts";
import type { ColumnName } from "../../lineage/lineage.ts";
import { targetName } from "../../target.ts";
import { visibleText } from "../../text/terminal-text.ts";

/**
 * The lines of `dataform lineage`: of a column a tree in each direction, of a relation one line for each
 * neighbour of its columns, of an assertion the columns that it checks.
 */
export function formatLineage(asked: AskedLineage): string[] {
  const { relation, column, up, down } = asked;
  const heading = column === undefined ? targetName(relation) : `${targetName(relation)}.${column}`;
  return [
    visibleText(heading),
    ...(up ? ["", ...sources(asked, up)] : []),
    ...(down ? users(asked, down) : []),
    ...gapLines([...(up?.unknown ?? []), ...(down?.unknown ?? [])]),
  ].map((line) => line.trimEnd());
}

const nothing = "  nothing that the project knows";

function sources(asked: AskedLineage, walk: LineageWalk): string[] {
  const checked = walk.rows.filter(({ isAssertion }) => isAssertion);
  if (checked.length > 0) return ["checks", ...checked.map(({ from }) => `  ${nameOf(from)}`)];
  const lines = treesOf(asked, walk.columns, { at: ({ to }) => to, next: ({ from }) => from });
  const rows = groupedUses(walk.rows).map(([uses, names]) => `  ${uses} by ${names.join(", ")}`);
  const all =
    rows.length > 0 ? ["", `rows of ${visibleText(targetName(asked.relation))} are`, ...rows] : [];
  return ["comes from", ...(lines.length > 0 ? lines : [nothing]), ...all];
}

function users(asked: AskedLineage, walk: LineageWalk): string[] {
  const lines = treesOf(asked, walk.columns, { at: ({ from }) => from, next: ({ to }) => to });
  // What is done with the columns further down is in the JSON.
  const own = walk.rows.filter(({ from }) => isAsked(asked, from));
  const rows = own.map((each) => `  ${rowUse(each)}`);
  const found = lines.length > 0 || rows.length === 0;
  return [
    ...(found ? ["", "goes into", ...(lines.length > 0 ? lines : [nothing])] : []),
    ...(rows.length > 0 ? ["", "is used by", ...rows] : []),
  ];
}

function isAsked(
  { relation, columns }: AskedLineage,
  { schema, table, column }: ColumnName,
): boolean {
  return schema === relation.schema && table === relation.name && columns.includes(column);
}

function rowUse({ from, to, uses, isAssertion }: RowEdge): string {
  const relation = visibleText(targetName(to));
  if (isAssertion) return `assertion ${relation} checks ${nameOf(from)}`;
  if (uses.length === 0) return `${relation} reads ${nameOf(from)} and drops it`;
  return `${relation} is ${uses.map((use) => done[use]).join(", ")} by ${nameOf(from)}`;
}

const done = { join: "joined", filter: "filtered", group: "grouped", sort: "sorted" } as const;

function groupedUses(rows: readonly RowEdge[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { from, uses } of rows) {
    for (const use of uses) groups.set(done[use], [...(groups.get(done[use]) ?? []), nameOf(from)]);
  }
  return [...groups];
}

interface Direction {
  at: (edge: ColumnEdge) => ColumnName;
  next: (edge: ColumnEdge) => ColumnName;
}

function treesOf(
  asked: AskedLineage,
  edges: readonly ColumnEdge[],
  direction: Direction,
): string[] {
  const { schema, name: table } = asked.relation;
  const shown = new Set<string>();
  const isWhole = asked.column === undefined;
  return asked.columns.flatMap((column) => {
    const root = { schema, table, column };
    const lines = branches(edges, root, direction, {
      depth: isWhole ? 2 : 1,
      shown,
      isFlat: isWhole,
    });
    return isWhole && lines.length > 0 ? [`  ${visibleText(column)}`, ...lines] : lines;
  });
}

/** What is beside a column, and beyond that, each column once. */
function branches(
  edges: readonly ColumnEdge[],
  column: ColumnName,
  direction: Direction,
  { depth, shown, isFlat }: { depth: number; shown: Set<string>; isFlat: boolean },
): string[] {
  const here = edges.filter((edge) => nameOf(direction.at(edge)) === nameOf(column));
  return here.flatMap((edge) => {
    const other = direction.next(edge);
    const name = nameOf(other);
    const note = edge.way === "direct" ? "" : `  (${edge.way})`;
    const isSeen = shown.has(name) && !isFlat;
    shown.add(name);
    const further =
      isFlat || isSeen
        ? []
        : branches(edges, other, direction, { depth: depth + 1, shown, isFlat });
    const above =
      isSeen && edges.some((each) => nameOf(direction.at(each)) === name) ? "  (see above)" : "";
    return [`${"  ".repeat(depth)}${name}${note}${above}`, ...further];
  });
}

function gapLines(gaps: readonly LineageGap[]): string[] {
  const lines = gaps.map(({ relation, column, reason }) =>
    visibleText(`  ${targetName(relation)}${column === undefined ? "" : `.${column}`}: ${reason}`),
  );
  return lines.length > 0 ? ["", "not known", ...new Set(lines)] : [];
}

function nameOf({ schema, table, column }: ColumnName): string {
  return visibleText(`${targetName({ schema, name: table })}.${column}`);
}
