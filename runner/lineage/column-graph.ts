import { type Target, targetKey } from "../target.ts";
import type { ActionLineage, ColumnName, RelationLineage, Use, Way } from "./lineage.ts";

/** A value goes from one column into another one. */
export interface ColumnEdge {
  from: ColumnName;
  to: ColumnName;
  way: Way;
}

/**
 * A column has to do with the rows of a relation: they are joined, filtered, grouped or sorted by it; an
 * assertion checks it; or a query reads it and drops it again (no uses).
 */
export interface RowEdge {
  from: ColumnName;
  to: Target;
  uses: Use[];
  isAssertion?: true;
}

/** Something that could not be told on the way; without a column it is about the relation. */
export interface LineageGap {
  relation: Target;
  column?: string;
  reason: string;
}

/** What is found in one direction, the nearest first. */
export interface LineageWalk {
  columns: ColumnEdge[];
  rows: RowEdge[];
  unknown: LineageGap[];
}

/** The lineage of a whole project, to walk on. */
export interface ColumnGraph {
  relations: ReadonlyMap<
    string,
    { target: Target; columns: readonly string[]; isAssertion: boolean }
  >;
  /** Where the values of these columns come from, all the way. */
  up: (columns: readonly ColumnName[], relation: Target) => LineageWalk;
  /** Where they go to, all the way. */
  down: (columns: readonly ColumnName[], relation: Target) => LineageWalk;
}

/** Takes the lineage of every action and returns the graph of their columns. */
export function columnGraph(lineage: readonly ActionLineage[]): ColumnGraph {
  const all = lineage.flatMap((action) => [
    { ...action, isAssertion: action.type === "assertion" },
    ...action.writes.map((each) => ({ ...each, isAssertion: false })),
  ]);
  const edges = all.flatMap((each) => (each.isAssertion ? [] : columnEdges(each)));
  const rows = lineage.flatMap(rowEdges);
  const gaps = all.flatMap(gapsOf);
  const into = groupBy(edges, ({ to }) => keyOf(to));
  const outOf = groupBy(edges, ({ from }) => keyOf(from));
  const usedIn = groupBy(rows, ({ to }) => targetKey(to));
  const useOf = groupBy(rows, ({ from }) => keyOf(from));
  return {
    relations: relationsOf(all),
    up: (columns, relation) => {
      const found = walk(
        columns,
        (each) => into.get(keyOf(each)) ?? [],
        ({ from }) => from,
      );
      const names = relationKeys([
        relation,
        ...found.flatMap(({ to, from }) => [to, from].map(relationOf)),
      ]);
      const own = (usedIn.get(targetKey(relation)) ?? []).filter(
        ({ uses, isAssertion }) => isAssertion || uses.length > 0,
      );
      return {
        columns: found,
        rows: own,
        unknown: gapsIn(gaps, names, [...columns, ...found.map(({ from }) => from)]),
      };
    },
    down: (columns, relation) => {
      const found = walk(
        columns,
        (each) => outOf.get(keyOf(each)) ?? [],
        ({ to }) => to,
      );
      const reached = [...columns, ...found.map(({ to }) => to)];
      const uses = unique(reached.flatMap((each) => useOf.get(keyOf(each)) ?? []));
      const names = relationKeys([
        relation,
        ...reached.map(relationOf),
        ...uses.map(({ to }) => to),
      ]);
      return { columns: found, rows: uses, unknown: gapsIn(gaps, names, reached) };
    },
  };
}

function relationOf({ schema, table }: ColumnName): Target {
  return { schema, name: table };
}

function keyOf({ schema, table, column }: ColumnName): string {
  return JSON.stringify([schema, table, column]);
}

function columnEdges({ target, columns }: RelationLineage): ColumnEdge[] {
  return columns.flatMap(({ name, sources }) =>
    sources.map(({ way, ...from }) => ({
      ...{ from, way },
      to: { schema: target.schema, table: target.name, column: name },
    })),
  );
}

type Relation = RelationLineage & { isAssertion: boolean };

function rowEdges(action: ActionLineage): RowEdge[] {
  const { used, read, type } = action;
  const to = { schema: action.target.schema, name: action.target.name };
  if (type === "assertion") {
    // `select *` shows rows; what they are chosen by is what is checked.
    const checked = used.length > 0 ? used : read;
    return checked.map(({ schema, table, column }) => ({
      ...{ from: { schema, table, column }, to, uses: [], isAssertion: true },
    }));
  }
  const all = [action, ...action.writes];
  const told = new Set(all.flatMap(toldBy).map(keyOf));
  return [
    ...all.flatMap(useEdges),
    ...read.filter((each) => !told.has(keyOf(each))).map((from) => ({ from, to, uses: [] })),
  ];
}

function toldBy({ columns, used }: RelationLineage): ColumnName[] {
  return [...columns.flatMap(({ sources }) => sources), ...used];
}

function useEdges({ target, used }: RelationLineage): RowEdge[] {
  const to = { schema: target.schema, name: target.name };
  return used.map(({ uses, ...from }) => ({ from, to, uses }));
}

function gapsOf({ target, columns, unknown }: RelationLineage): LineageGap[] {
  const relation = { schema: target.schema, name: target.name };
  return [
    ...unknown.map((reason) => ({ relation, reason })),
    ...columns.flatMap(({ name, unknown: reason }) =>
      reason === undefined ? [] : [{ relation, column: name, reason }],
    ),
  ];
}

function relationsOf(all: readonly Relation[]): ColumnGraph["relations"] {
  const found = new Map<string, { target: Target; columns: string[]; isAssertion: boolean }>();
  const add = (target: Target, columns: readonly string[], isAssertion: boolean) => {
    const key = targetKey(target);
    const known = found.get(key);
    const names = [...new Set([...(known?.columns ?? []), ...columns])];
    found.set(key, { target, columns: names, isAssertion: known?.isAssertion ?? isAssertion });
  };
  for (const { target, columns, isAssertion } of all) {
    add(
      target,
      columns.map(({ name }) => name),
      isAssertion,
    );
  }
  for (const each of all.flatMap(({ read }) => read)) add(relationOf(each), [each.column], false);
  return found;
}

/** Follows edges from the columns on, each edge once. */
function walk(
  columns: readonly ColumnName[],
  edgesAt: (column: ColumnName) => readonly ColumnEdge[],
  next: (edge: ColumnEdge) => ColumnName,
): ColumnEdge[] {
  const found: ColumnEdge[] = [];
  const seen = new Set(columns.map(keyOf));
  const open = [...columns];
  for (let column = open.shift(); column !== undefined; column = open.shift()) {
    for (const edge of edgesAt(column)) {
      found.push(edge);
      const further = next(edge);
      if (seen.has(keyOf(further))) continue;
      seen.add(keyOf(further));
      open.push(further);
    }
  }
  return found;
}

function groupBy<T>(all: readonly T[], key: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(key(each));
    if (group) group.push(each);
    else groups.set(key(each), [each]);
  }
  return groups;
}

function unique(edges: readonly RowEdge[]): RowEdge[] {
  return [...new Map(edges.map((each) => [JSON.stringify(each), each])).values()];
}

function relationKeys(targets: readonly Target[]): Set<string> {
  return new Set(targets.map(targetKey));
}

function gapsIn(
  gaps: readonly LineageGap[],
  relations: ReadonlySet<string>,
  columns: readonly ColumnName[],
): LineageGap[] {
  const names = new Set(columns.map(keyOf));
  return gaps.filter(({ relation, column }) =>
    column === undefined
      ? relations.has(targetKey(relation))
      : names.has(keyOf({ schema: relation.schema, table: relation.name, column })),
  );
}
