import type { ActionDescriptor } from "../../compile/compiled-graph.ts";
import type {
  ActionLineage,
  ColumnLineage,
  RelationLineage,
  SourceColumn,
  UsedColumn,
} from "../../lineage/lineage.ts";
import { targetKey, targetName } from "../../target.ts";
import type { DocsAction, DocsColumn } from "../docs.ts";
import { groupBy } from "../group-by.ts";

/** Fills the columns of every action: from the database, the descriptions and the lineage. */
export function fillColumns(
  actions: readonly DocsAction[],
  byKey: ReadonlyMap<string, DocsAction>,
): void {
  const written = groupBy(
    actions.flatMap(({ lineage }) => lineage?.writes ?? []),
    ({ target }) => targetKey(target),
  );
  for (const action of actions) {
    const parts = [...(action.lineage ? [action.lineage] : []), ...(written.get(action.key) ?? [])];
    action.columns = columnsOf(action, columnsIn(parts), byKey);
  }
  const told = new Set<string>();
  for (const action of actions) {
    if (action.kind === "assertion" || !action.lineage) continue;
    for (const made of [action.lineage, ...action.lineage.writes]) {
      addUsers(made, byKey, told);
      for (const used of made.used) addUse(used, { action, made }, byKey);
    }
  }
}

/** Columns of one relation by name: its own SQL makes it, and statements of other actions write into it. */
function columnsIn(parts: readonly RelationLineage[]): Map<string, ColumnLineage> {
  const byName = groupBy(
    parts.flatMap(({ columns }) => columns),
    ({ name }) => name,
  );
  return new Map([...byName].map(([name, all]) => [name, together(name, all)]));
}

function together(name: string, all: readonly ColumnLineage[]): ColumnLineage {
  const sources = new Map(
    all
      .flatMap((each) => each.sources)
      .map((each) => [JSON.stringify([each.schema, each.table, each.column]), each]),
  );
  const unknown = all.find((each) => each.unknown !== undefined)?.unknown;
  return {
    ...{ name, sources: [...sources.values()] },
    ...(unknown !== undefined && { unknown }),
    ...(all.every(({ isStored }) => isStored) && { isStored: true }),
  };
}

function columnsOf(
  action: DocsAction,
  lineage: ReadonlyMap<string, ColumnLineage>,
  byKey: ReadonlyMap<string, DocsAction>,
): DocsColumn[] {
  const described = descriptions(action);
  const stored = new Map((action.relation?.columns ?? []).map((each) => [each.name, each]));
  const names = new Set([...stored.keys(), ...lineage.keys(), ...described.keys()]);
  return [...names].map((name) => ({
    name,
    type: stored.get(name)?.type,
    isRequired: stored.get(name)?.isRequired ?? false,
    description: described.get(name)?.description || (stored.get(name)?.comment ?? ""),
    tags: described.get(name)?.tags ?? [],
    ...sourcesOf(action, lineage.get(name), byKey),
    isStored: lineage.get(name)?.isStored ?? false,
    users: [],
    unknown: unknownOf(action.lineage, lineage.get(name)),
    usedBy: [],
    isAbsent: stored.size > 0 && !stored.has(name),
  }));
}

function descriptions({ entry: { action } }: DocsAction) {
  const descriptor: ActionDescriptor | undefined =
    "actionDescriptor" in action ? action.actionDescriptor : undefined;
  return new Map(
    (descriptor?.columns ?? []).map(({ path, description = "", tags = [] }) => [
      path.join("."),
      { description, tags },
    ]),
  );
}

/** What a column takes of its own table is no source: it stays as it was. */
function sourcesOf(
  { key }: DocsAction,
  lineage: ColumnLineage | undefined,
  byKey: ReadonlyMap<string, DocsAction>,
): Pick<DocsColumn, "sources" | "isKept"> {
  const sources = lineage?.sources ?? [];
  const others = sources.filter((source) => keyOf(source) !== key);
  return {
    sources: others.map((source) => ({
      ...{ action: byKey.get(keyOf(source)), relation: nameOf(source) },
      ...{ column: source.column, way: source.way },
    })),
    isKept: sources.length > others.length,
  };
}

function unknownOf(
  lineage: ActionLineage | undefined,
  column: ColumnLineage | undefined,
): string | undefined {
  if (column) return column.unknown;
  return lineage?.unknown[0] ?? "its SQL does not show it";
}

function addUsers(
  { target, columns }: RelationLineage,
  byKey: ReadonlyMap<string, DocsAction>,
  told: Set<string>,
): void {
  const key = targetKey(target);
  const to = { action: byKey.get(key), relation: targetName(target) };
  for (const { name, sources } of columns) {
    for (const source of sources) {
      const { schema, table, column, way } = source;
      // Several actions may write the same into a relation.
      const link = JSON.stringify([schema, table, column, key, name]);
      if (keyOf(source) === key || told.has(link)) continue;
      told.add(link);
      columnAt(source, byKey)?.users.push({ ...to, column: name, way });
    }
  }
}

function addUse(
  used: UsedColumn,
  { action, made }: { action: DocsAction; made: RelationLineage },
  byKey: ReadonlyMap<string, DocsAction>,
): void {
  if (keyOf(used) === targetKey(made.target)) return;
  columnAt(used, byKey)?.usedBy.push({ action, uses: used.uses });
}

function columnAt(
  source: SourceColumn | UsedColumn,
  byKey: ReadonlyMap<string, DocsAction>,
): DocsColumn | undefined {
  return byKey.get(keyOf(source))?.columns.find(({ name }) => name === source.column);
}

function keyOf({ schema, table }: { schema: string; table: string }): string {
  return targetKey({ schema, name: table });
}

function nameOf({ schema, table }: { schema: string; table: string }): string {
  return targetName({ schema, name: table });
}
