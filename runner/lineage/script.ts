import type { SyntaxNode } from "../sql/parse-sql.ts";
import type { Target } from "../target.ts";
import { targetKey } from "../target.ts";
import { type Known, rowsOfRelation } from "./known.ts";
import { renameColumns, unknownRows } from "./query/from-clause.ts";
import { rowsOfQuery } from "./query/query.ts";
import type { NamedRows, Scope, Trace } from "./query/scope.ts";
import { textOf, unwrap } from "./query/syntax.ts";
import {
  type Column,
  constant,
  named,
  noUses,
  type Rows,
  together,
  useAll,
} from "./query/value.ts";
import { writes } from "./query/write.ts";

/** A relation that statements have made or written so far. */
export interface Made {
  target: Target;
  isTemporary: boolean;
  /** A statement makes it, so that its columns are all that it has; others may write into some alone. */
  isWhole: boolean;
  rows: Rows;
  /** Columns that are only declared. */
  stored: Set<string>;
}

/** Statements that are sent one after the other: what they have made, read and left unknown. */
export interface Script {
  trace: Trace;
  made: Map<string, Made>;
  unknown: Set<string>;
  /** The schemas of names without one, after `set search_path`. */
  path?: readonly string[];
}

/** An empty script; `known` says what relations and functions there are. */
export function openScript(known: Known): Script {
  const made = new Map<string, Made>();
  const trace: Trace = {
    ...{
      read: new Map(),
      readFrom: new Map(),
      subqueries: new WeakMap(),
      isAggregate: known.isAggregate,
      isForeign: known.isForeign,
    },
    relation: (schema, name) =>
      temporary(made, schema, name) ?? madeHere(made, known.relation(schema, name, script.path)),
    rowsOfFunction: (node) => known.shapeOf(node, script.path),
    rowsOf: (wrapper, scope) => rowsOf(script, wrapper, scope),
  };
  const script: Script = { trace, made, unknown: new Set() };
  return script;
}

function temporary(
  made: ReadonlyMap<string, Made>,
  schema: string | undefined,
  name: string,
): NamedRows | undefined {
  if (schema !== undefined && schema !== "pg_temp") return undefined;
  const found = made.get(targetKey({ schema: "pg_temp", name }));
  return found && { name, rows: found.rows };
}

/** A relation that an earlier statement of the script made has the columns that it was given. */
function madeHere(made: ReadonlyMap<string, Made>, relation: NamedRows): NamedRows {
  const target = { schema: relation.schema ?? "", name: relation.name };
  const here = relation.rows.open.length > 0 ? made.get(targetKey(target)) : undefined;
  if (!here?.isWhole || here.rows.open.length > 0) return relation;
  return rowsOfRelation(target, {
    columns: here.rows.columns.map((each) => ({ name: each.name })),
  });
}

/** The rows of a query, or what a statement returns that writes; what it writes is added to the script. */
export function rowsOf(script: Script, wrapper: unknown, scope: Scope | undefined): Rows {
  const { kind, node } = unwrap(wrapper);
  const write = writes[kind];
  if (!write) {
    if (kind === "SelectStmt") return rowsOfQuery(script.trace, scope, node);
    return unknownRows(`the rows of ${kind} are not known`);
  }
  const { relation, rows, returned } = write(script.trace, scope, node);
  addRows(script, relation, rows);
  return returned;
}

/** What the script knows of a relation that it makes or writes, from now on. */
export function madeAt({ trace, made }: Script, relation: SyntaxNode): Made {
  const name = String(relation.relname);
  const schema = textOf(relation.schemaname);
  const isTemporary =
    relation.relpersistence === "t" || temporary(made, schema, name) !== undefined;
  const target = isTemporary
    ? { schema: "pg_temp", name }
    : { schema: schema ?? trace.relation(undefined, name).schema ?? "", name };
  const known = made.get(targetKey(target));
  if (known) return known;
  const empty = { columns: [], open: [], uses: noUses() };
  const added: Made = { target, isTemporary, isWhole: false, rows: empty, stored: new Set() };
  made.set(targetKey(target), added);
  return added;
}

/** Adds the sources of written rows to the columns of their relation. */
export function addRows(script: Script, relation: SyntaxNode, rows: Rows): void {
  const made = madeAt(script, relation);
  const names = [...new Set([...made.rows.columns, ...rows.columns].map(({ name }) => name))];
  const columns = names.map((name) => {
    const same = [...made.rows.columns, ...rows.columns].filter((each) => each.name === name);
    return named(name, together(same));
  });
  const uses = noUses();
  useAll(uses, made.rows.uses);
  useAll(uses, rows.uses);
  made.rows = { columns, open: [...made.rows.open, ...rows.open], uses };
  for (const { name } of rows.columns) made.stored.delete(name);
}

/** A relation that a query makes. */
export function makeRows(
  script: Script,
  relation: SyntaxNode | undefined,
  rows: Rows,
  names: readonly string[],
): void {
  if (!relation) return;
  addRows(script, relation, renameColumns(rows, names));
  madeAt(script, relation).isWhole = true;
}

/** The names of the columns of a relation. */
export function columnsLike(script: Script, relation: SyntaxNode): string[] {
  return rowsLike(script, relation).columns.map(({ name }) => name);
}

/** Whether the columns of a relation are all known. */
export function areKnown(script: Script, relation: SyntaxNode): boolean {
  return rowsLike(script, relation).open.length === 0;
}

function rowsLike({ trace }: Script, { schemaname, relname }: SyntaxNode): Rows {
  return trace.relation(textOf(schemaname), String(relname)).rows;
}

/** Adds columns to a relation whose values come from elsewhere. */
export function storeColumns(script: Script, relation: SyntaxNode, names: readonly string[]): void {
  const columns = names.map((name): Column => named(name, constant));
  addRows(script, relation, { columns, open: [], uses: noUses() });
  const { stored } = madeAt(script, relation);
  for (const name of names) stored.add(name);
}
