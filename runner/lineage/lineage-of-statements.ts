import { type Target, targetKey } from "../target.ts";
import type { ActionSql, Parsed } from "./action-sql.ts";
import { followStatement } from "./follow-statement.ts";
import type { Known } from "./known.ts";
import type { ColumnLineage, ColumnName, RelationLineage, SourceColumn, Use } from "./lineage.ts";
import { originOf } from "./query/expression.ts";
import { emptyScope } from "./query/scope.ts";
import { named, noUses, type Rows, together, use, useAll, type Value } from "./query/value.ts";
import { type Made, openScript, type Script } from "./script.ts";

/**
 * Takes the SQL of an action and what names mean in it; returns the lineage of its target and of other
 * relations that it writes.
 */
export function lineageOfSql(
  target: Target,
  sql: ActionSql,
  known: Known,
): { own: RelationLineage; writes: RelationLineage[] } {
  const script = openScript(known);
  offer(script, sql.offered);
  follow(script, sql.before);
  const queries = sql.queries.map((each) => rowsOf(script, each));
  const last = queries.at(-1);
  if (sql.where && last) chooseBy(script, last, sql.where);
  const stamps = stampsOn(script, last ?? noRows, sql.stamps);
  follow(script, sql.after);
  const made = [...script.made.values()].filter(({ isTemporary }) => !isTemporary);
  const isOwn = (each: Made) => targetKey(each.target) === targetKey(target);
  const own = made.find(isOwn);
  const parts = [...queries, stamps, ...(own ? [own.rows] : [])];
  const asMade = own && { ...own, isWhole: own.isWhole || queries.length > 0 };
  return {
    own: relationLineage(target, parts, asMade, script),
    writes: made
      .filter((each) => !isOwn(each))
      .map((each) => relationLineage(each.target, [each.rows], each, script)),
  };
}

/** Temporary relations of the runner are read as what they are made of. */
function offer({ trace, made }: Script, offered: ActionSql["offered"]): void {
  for (const { name, of, columns } of offered) {
    const { rows } = trace.relation(of.schema, of.name);
    const own = columns ? rows.columns.filter((each) => columns.includes(each.name)) : rows.columns;
    const target = { schema: "pg_temp", name };
    made.set(targetKey(target), {
      ...{ target, isTemporary: true, isWhole: true, stored: new Set() },
      rows: { ...rows, columns: own },
    });
  }
}

function stampsOn({ trace, unknown }: Script, rows: Rows, stamps: ActionSql["stamps"]): Rows {
  const scope = { ...emptyScope(), items: [{ rows, named: [] }] };
  const columns = stamps.map(({ column, value }) => {
    if ("refused" in value) unknown.add(value.refused);
    const targets =
      "statements" in value ? value.statements.map(({ node }) => node.targetList) : [];
    return named(column, originOf(trace, scope, targets));
  });
  return { ...noRows, columns };
}

function follow(script: Script, all: readonly Parsed[]): void {
  for (const each of all) {
    if ("refused" in each) script.unknown.add(each.refused);
    else
      for (const statement of each.statements)
        guarded(script, () => followStatement(script, statement));
  }
}

/** A statement may be nested as deeply as its author likes. */
function guarded<T>(script: Script, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    script.unknown.add("a statement is nested too deeply to be read");
    return undefined;
  }
}

const noRows: Rows = { columns: [], open: [], uses: { columns: new Map(), unknown: new Set() } };

function rowsOf(script: Script, query: Parsed): Rows {
  if ("refused" in query) {
    script.unknown.add(query.refused);
    return noRows;
  }
  const [statement] = query.statements;
  if (statement === undefined) return noRows;
  const { kind, node } = statement;
  return guarded(script, () => script.trace.rowsOf({ [kind]: node }, undefined)) ?? noRows;
}

function chooseBy({ trace, unknown }: Script, rows: Rows, where: Parsed): void {
  if ("refused" in where) {
    unknown.add(where.refused);
    return;
  }
  const scope = { ...emptyScope(), items: [{ rows, named: [] }] };
  for (const { node } of where.statements) {
    use(rows.uses, "filter", originOf(trace, scope, node.whereClause));
  }
}

function relationLineage(
  target: Target,
  parts: readonly Rows[],
  made: Pick<Made, "stored" | "isWhole"> | undefined,
  { trace, unknown }: Script,
): RelationLineage {
  const names = [...new Set(parts.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const reasons = parts.flatMap(({ open, uses }) => [
    ...open.map(({ reason }) => reason),
    ...uses.unknown,
  ]);
  const hasMore = parts.some(({ open }) => open.length > 0) || made?.isWhole === false;
  return {
    target,
    columns: names.map((name) => columnLineage(name, parts, made?.stored)),
    used: usedColumns(parts),
    read: [...trace.read.values()].sort(byName),
    readFrom: [...trace.readFrom.values()].sort(byTarget),
    unknown: [...new Set([...unknown, ...reasons])],
    ...(hasMore && { hasMore }),
  };
}

function columnLineage(
  name: string,
  parts: readonly Rows[],
  stored: ReadonlySet<string> | undefined,
): ColumnLineage {
  const values: Value[] = parts.flatMap(({ columns }) =>
    columns.filter((each) => each.name === name),
  );
  const { sources, unknown } = together(values);
  const isStored = stored?.has(name) && sources.size === 0 && unknown.size === 0;
  return {
    name,
    sources: [...sources.values()].sort(byName).map(plainSource),
    ...(unknown.size > 0 && { unknown: [...unknown].join("; ") }),
    ...(isStored && { isStored }),
  };
}

function plainSource({ schema, table, column, way }: SourceColumn): SourceColumn {
  return { schema, table, column, way };
}

const useOrder: readonly Use[] = ["join", "filter", "group", "sort"];

function usedColumns(parts: readonly Rows[]) {
  const all = noUses();
  for (const { uses } of parts) useAll(all, uses);
  return [...all.columns.values()]
    .map(({ column, uses }) => ({ ...column, uses: useOrder.filter((each) => uses.has(each)) }))
    .sort(byName);
}

function byTarget(one: Target, other: Target): number {
  return targetKey(one) < targetKey(other) ? -1 : 1;
}

function byName(one: ColumnName, other: ColumnName): number {
  const [a, b] = [one, other].map(({ schema, table, column }) =>
    [schema, table, column].join("\0"),
  );
  return (a ?? "") < (b ?? "") ? -1 : 1;
}
