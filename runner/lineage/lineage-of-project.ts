import {
  actionsOf,
  type CompiledEntry,
  type CompiledGraph,
  isRunnable,
} from "../compile/compiled-graph.ts";
import { type Target, targetKey } from "../target.ts";
import { type ActionSql, namesIn, parsed, sqlOfParts } from "./action-sql.ts";
import type { Catalogue } from "./catalogue.ts";
import { type KnownColumns, knownFrom, searchPath } from "./known.ts";
import type { ActionLineage, ColumnName, RelationLineage } from "./lineage.ts";
import { lineageOfSql } from "./lineage-of-statements.ts";
import { runnerMade } from "./runner-made.ts";

/**
 * Takes a compiled graph and, where there is a database, its catalogue; returns the lineage of every
 * action but notebooks and data preparations, in the order of `actionsOf`, and then of the views that
 * they read and that nobody of the project makes. Throws for nothing in the SQL: what cannot be told
 * is `unknown`, with the reason.
 */
export async function lineageOfProject(
  graph: CompiledGraph,
  catalogue?: Catalogue,
): Promise<ActionLineage[]> {
  const project = openProject(graph, catalogue);
  const own: ActionLineage[] = [];
  for (const entry of project.entries.values()) own.push(await project.lineageOf(entry));
  return [...own, ...(await outsideViews(own, project, catalogue))];
}

type TracedEntry = Exclude<CompiledEntry, { type: "notebook" | "dataPreparation" }>;

function isTraced(entry: CompiledEntry): entry is TracedEntry {
  return isRunnable(entry) || entry.type === "declaration";
}

/** Actions by key, each of which is traced after those that it reads. */
function openProject(graph: CompiledGraph, catalogue: Catalogue | undefined) {
  const traced = actionsOf(graph).filter(isTraced);
  const entries = new Map(traced.map((entry) => [targetKey(entry.action.target), entry]));
  const done = new Map<string, Promise<ActionLineage>>();
  const written = new Map<string, RelationLineage>();
  const known = knownFrom(
    (target) => columnsOf(target, { entries, written, catalogue }),
    catalogue,
  );
  const trace = async (target: Target, sql: ActionSql, above: ReadonlySet<string>) => {
    const all = [...sql.before, ...sql.queries, ...sql.after];
    for (const key of new Set(namesIn(all).flatMap(keysOf))) {
      const entry = entries.get(key);
      // A relation that reads itself, or a circle, is traced as far as it is known.
      if (entry && !above.has(key)) await lineageOf(entry, above);
    }
    const found = lineageOfSql(target, sql, known);
    for (const each of [found.own, ...found.writes]) {
      const before = written.get(targetKey(each.target));
      // Who writes into some columns of a relation knows less than who makes it.
      const isLess = each.hasMore && before !== undefined && !before.hasMore;
      if (each.columns.length > 0 && !isLess) written.set(targetKey(each.target), each);
    }
    return found;
  };
  const lineageOf = (entry: TracedEntry, above: ReadonlySet<string> = new Set()) => {
    const { target, dependencyTargets = [] } = entry.action;
    const key = targetKey(target);
    const started = done.get(key);
    if (started !== undefined) return started;
    const work = async () => {
      const below = new Set([...above, key]);
      for (const each of dependencyTargets.map(targetKey)) {
        const dependency = entries.get(each);
        if (dependency && !below.has(each)) await lineageOf(dependency, below);
      }
      return lineageOfEntry(entry, (sql) => trace(target, sql, below), { graph, catalogue });
    };
    const promise = work();
    done.set(key, promise);
    return promise;
  };
  return { entries, lineageOf, trace };
}

function keysOf({ schema, name }: { schema?: string; name: string }): string[] {
  return (schema === undefined ? searchPath : [schema]).map((each) =>
    targetKey({ schema: each, name }),
  );
}

interface ProjectFacts {
  entries: ReadonlyMap<string, TracedEntry>;
  written: ReadonlyMap<string, RelationLineage>;
  catalogue: Catalogue | undefined;
}

/**
 * The columns of a relation: of a table or view that the project makes those that its query gives, of
 * others those of the database.
 */
function columnsOf(
  target: Target,
  { entries, written, catalogue }: ProjectFacts,
): KnownColumns | undefined {
  const key = targetKey(target);
  const entry = entries.get(key);
  const own = written.get(key);
  const there = catalogue?.relations.get(key);
  const isMade = entry?.type === "table" || entry?.type === "view";
  if (there && !(isMade && own && !own.hasMore)) return { columns: there.columns };
  if (own && !own.hasMore) return { columns: own.columns };
  if (!entry && !own) return undefined;
  const names = [
    ...(own?.columns ?? []).map(({ name }) => name),
    ...(entry ? declaredColumns(entry) : []),
  ];
  const columns = [...new Set(names)].map((name) => ({ name }));
  return { columns, missing: `not all columns of ${target.schema}.${target.name} are known` };
}

function declaredColumns({ action }: CompiledEntry): string[] {
  if (!("actionDescriptor" in action)) return [];
  return (action.actionDescriptor?.columns ?? []).map(({ path }) => path.join("."));
}

type Traced = ReturnType<typeof lineageOfSql>;

async function lineageOfEntry(
  entry: TracedEntry,
  trace: (sql: ActionSql) => Promise<Traced>,
  { graph, catalogue }: { graph: CompiledGraph; catalogue: Catalogue | undefined },
): Promise<ActionLineage> {
  const { type, action } = entry;
  const { target, fileName } = action;
  const head = { target, type, ...(fileName !== undefined && { fileName }) };
  if (type === "declaration") {
    return { ...head, ...(await declaredLineage(entry, trace, catalogue)), writes: [] };
  }
  if (action.jitCode) {
    const unknown = ["its SQL is made during the run"];
    const columns = declaredColumns(entry).map((name) => ({
      name,
      sources: [],
      unknown: unknown[0] ?? "",
    }));
    return { ...head, columns, used: [], read: [], readFrom: [], unknown, writes: [] };
  }
  const { own, writes } = await trace(await sqlOf(entry, graph));
  return { ...head, ...own, target, writes };
}

/** A relation that somebody else makes: a view of the database is traced, a table holds what it holds. */
async function declaredLineage(
  entry: TracedEntry,
  trace: (sql: ActionSql) => Promise<Traced>,
  catalogue: Catalogue | undefined,
): Promise<RelationLineage> {
  const { target } = entry.action;
  const there = catalogue?.relations.get(targetKey(target));
  if (there?.definition !== undefined) return (await trace(await query(there.definition))).own;
  const names = there?.columns.map(({ name }) => name) ?? declaredColumns(entry);
  const columns = names.map((name) => ({ name, sources: [], isStored: true as const }));
  const unknown = there ? [] : ["its columns are not known without a database"];
  return { target, columns, used: [], read: [], readFrom: [], unknown };
}

async function query(sql: string): Promise<ActionSql> {
  return sqlOfParts({ queries: [await parsed(sql)] });
}

async function sqlOf(
  { type, action }: Exclude<TracedEntry, { type: "declaration" }>,
  graph: CompiledGraph,
): Promise<ActionSql> {
  const all = (texts: readonly string[] = []) => Promise.all(texts.map(parsed));
  if (type === "operation") return sqlOfParts({ before: await all(action.queries) });
  if (type === "assertion") return query(action.query ?? "");
  const { preOps = [], postOps = [] } = action;
  if (type !== "incremental") {
    const queries = await all([action.query ?? ""]);
    return sqlOfParts({ before: await all(preOps), queries, after: await all(postOps) });
  }
  const { incrementalPreOps = [], incrementalPostOps = [], where } = action;
  const whole = action.query ?? "";
  return {
    before: await all([...preOps, ...incrementalPreOps]),
    queries: await all([...new Set([whole, action.incrementalQuery ?? whole])]),
    after: await all([...postOps, ...incrementalPostOps]),
    ...(where?.trim() && { where: await parsed(`select where (${where}\n)`) }),
    ...(await runnerMade(action, graph)),
  };
}

/** Views that the project reads and does not make, and those behind them. */
async function outsideViews(
  own: readonly ActionLineage[],
  project: ReturnType<typeof openProject>,
  catalogue: Catalogue | undefined,
): Promise<ActionLineage[]> {
  const found = new Map<string, ActionLineage>();
  const open: ColumnName[] = own.flatMap(({ read }) => read);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const target = { schema: next.schema, name: next.table };
    const key = targetKey(target);
    const definition = catalogue?.relations.get(key)?.definition;
    if (definition === undefined || found.has(key) || project.entries.has(key)) continue;
    const { own: view } = await project.trace(target, await query(definition), new Set([key]));
    found.set(key, { type: "view", ...view, writes: [], isOutside: true });
    open.push(...view.read);
  }
  return [...found.values()];
}
