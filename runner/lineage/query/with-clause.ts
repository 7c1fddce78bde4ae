import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { walkSyntax } from "../../sql/walk-syntax.ts";
import { renameColumns } from "./from-clause.ts";
import type { Scope, Trace, WithQuery } from "./scope.ts";
import { listOf, nodeOf, textOf, unwrap, wordsOf } from "./syntax.ts";
import { by, type Column, named, type Rows, together, unknownValue } from "./value.ts";

/**
 * Adds the queries of a `with` clause to a scope. Each sees those before it; after `recursive` all.
 * One that nobody names is traced too: it may write, and its columns are read.
 */
export function withClause(trace: Trace, scope: Scope, clause: SyntaxNode | undefined): Scope {
  const queries = listOf(clause?.ctes).map((each) => unwrap(each).node);
  const known = new Map<string, WithQuery>();
  const isRecursive = clause?.recursive === true;
  const all: Scope = { ...scope, items: [], withQueries: known };
  for (const query of queries) {
    const inner: Scope = isRecursive ? all : { ...all, withQueries: new Map(known) };
    const outer = { ...inner, outer: scope.outer };
    known.set(String(query.ctename), withQuery(trace, outer, query, isRecursive));
  }
  for (const each of known.values()) each.rows();
  return { ...scope, withQueries: known };
}

function withQuery(trace: Trace, scope: Scope, query: SyntaxNode, isRecursive: boolean): WithQuery {
  let rows: Rows | undefined;
  const rowsOnce = (): Rows => {
    rows ??=
      isRecursive && namesItself(query) ? repeat() : finish(trace.rowsOf(query.ctequery, scope));
    return rows;
  };
  const finish = (found: Rows) =>
    withSearch(renameColumns(found, wordsOf(query.aliascolnames)), query);
  /** A recursive query gives what its first part gives, and what becomes of that. */
  const repeat = (): Rows => {
    const name = String(query.ctename);
    const rowsWith = (own: Rows, node: unknown) => {
      const withQueries = new Map(scope.withQueries).set(name, { rows: () => own });
      return finish(trace.rowsOf(node, { ...scope, withQueries }));
    };
    let now = rowsWith(nothing, firstPart(query.ctequery));
    for (let size = -1; size !== sizeOf(now); ) {
      size = sizeOf(now);
      now = rowsWith(now, query.ctequery);
    }
    return now;
  };
  return { rows: rowsOnce };
}

const nothing: Rows = { columns: [], open: [], uses: { columns: new Map(), unknown: new Set() } };

function namesItself({ ctename, ctequery }: SyntaxNode): boolean {
  let isNamed = false;
  walkSyntax(ctequery, undefined, (_key, { relname }) => {
    isNamed ||= relname === ctename;
    return undefined;
  });
  return isNamed;
}

/** The part before `union`, with the `with` clause of the whole. */
function firstPart(wrapper: unknown): unknown {
  const { kind, node } = unwrap(wrapper);
  const larg = nodeOf(node.larg);
  return larg ? { [kind]: { ...larg, withClause: larg.withClause ?? node.withClause } } : wrapper;
}

/** Grows until nothing new is found. */
function sizeOf({ columns, open, uses }: Rows): number {
  const sources = columns.map((column) =>
    [...column.sources.values()].reduce(
      (sum, { way }) => sum + way.length + 100,
      column.unknown.size,
    ),
  );
  const used = [...uses.columns.values()].map((each) => each.uses.size);
  return [...sources, ...used, open.length, uses.unknown.size].reduce((sum, each) => sum + each, 0);
}

/** The columns that `search` and `cycle` add. */
function withSearch(rows: Rows, { search_clause, cycle_clause }: SyntaxNode): Rows {
  const search = nodeOf(search_clause);
  const cycle = nodeOf(cycle_clause);
  const of = (words: unknown) => {
    const values = wordsOf(words).map(
      (name) =>
        rows.columns.find((each) => each.name === name) ?? unknownValue(`${name} is not known`),
    );
    return by("transformed", together(values));
  };
  const added: Column[] = [];
  if (search) added.push(named(textOf(search.search_seq_column) ?? "", of(search.search_col_list)));
  if (cycle) {
    const value = of(cycle.cycle_col_list);
    added.push(named(textOf(cycle.cycle_mark_column) ?? "", by("condition", value)));
    added.push(named(textOf(cycle.cycle_path_column) ?? "", value));
  }
  return { ...rows, columns: [...rows.columns, ...added] };
}
