import type { ActionDescriptor } from "../../compile/compiled-graph.ts";
import type {
  ActionLineage,
  ColumnLineage,
  SourceColumn,
  UsedColumn,
} from "../../lineage/lineage.ts";
import { targetKey, targetName } from "../../target.ts";
import type { DocsAction, DocsColumn } from "../docs.ts";

/** Fills the columns of every action: from the database, the descriptions and the lineage. */
export function fillColumns(
  actions: readonly DocsAction[],
  byKey: ReadonlyMap<string, DocsAction>,
): void {
  for (const action of actions) action.columns = columnsOf(action, byKey);
  for (const action of actions) {
    if (action.kind === "assertion") continue;
    for (const { name, sources } of action.lineage?.columns ?? []) {
      for (const source of sources) addUser(source, { action, name }, byKey);
    }
    for (const used of action.lineage?.used ?? []) addUse(used, action, byKey);
  }
}

function columnsOf(action: DocsAction, byKey: ReadonlyMap<string, DocsAction>): DocsColumn[] {
  const described = descriptions(action);
  const stored = new Map((action.relation?.columns ?? []).map((each) => [each.name, each]));
  const lineage = new Map((action.lineage?.columns ?? []).map((each) => [each.name, each]));
  const names = new Set([...stored.keys(), ...lineage.keys(), ...described.keys()]);
  return [...names].map((name) => ({
    name,
    type: stored.get(name)?.type,
    isRequired: stored.get(name)?.isRequired ?? false,
    description: described.get(name)?.description || (stored.get(name)?.comment ?? ""),
    tags: described.get(name)?.tags ?? [],
    ...sourcesOf(action, lineage.get(name), byKey),
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

function addUser(
  source: SourceColumn,
  { action, name }: { action: DocsAction; name: string },
  byKey: ReadonlyMap<string, DocsAction>,
): void {
  if (keyOf(source) === action.key) return;
  const column = columnAt(source, byKey);
  const relation = targetName(action.target);
  column?.users.push({ action, relation, column: name, way: source.way });
}

function addUse(
  used: UsedColumn,
  action: DocsAction,
  byKey: ReadonlyMap<string, DocsAction>,
): void {
  if (keyOf(used) === action.key) return;
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
