import type { ParsedStatement, SyntaxNode } from "../sql/parse-sql.ts";
import type { Target } from "../target.ts";
import { targetKey } from "../target.ts";
import { type Known, rowsOfRelation } from "./known.ts";
import { originOf } from "./query/expression.ts";
import { renameColumns, unknownRows } from "./query/from-clause.ts";
import { rowsOfQuery } from "./query/query.ts";
import {
  emptyScope,
  type FromItem,
  type NamedRows,
  type Scope,
  type Trace,
} from "./query/scope.ts";
import { itemsOf, listOf, nodeOf, textOf, unwrap, wordsOf } from "./query/syntax.ts";
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
  if (!here || here.rows.open.length > 0 || here.rows.columns.length === 0) return relation;
  return rowsOfRelation(target, {
    columns: here.rows.columns.map((each) => ({ name: each.name })),
  });
}

function rowsOf(script: Script, wrapper: unknown, scope: Scope | undefined): Rows {
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

const effects: Record<string, (script: Script, node: SyntaxNode) => void> = {
  CreateStmt: declareTable,
  CreateTableAsStmt: (script, { query, into }) => {
    const { rel, colNames } = nodeOf(into) ?? {};
    makeRows(script, nodeOf(rel), rowsOf(script, query, undefined), wordsOf(colNames));
  },
  ViewStmt: (script, { view, query, aliases }) =>
    makeRows(script, nodeOf(view), rowsOf(script, query, undefined), wordsOf(aliases)),
  SelectStmt: (script, node) => {
    const rows = rowsOf(script, { SelectStmt: node }, undefined);
    const { rel } = nodeOf(node.intoClause) ?? {};
    if (rel) makeRows(script, nodeOf(rel), rows, []);
    else noteUnknown(script, rows);
  },
  CopyStmt: copy,
  AlterTableStmt: alterTable,
  RenameStmt: rename,
  AlterObjectSchemaStmt: (script, { objectType, relation, newschema }) =>
    move(script, objectType, nodeOf(relation), { schema: String(newschema) }),
  DropStmt: drop,
  DeclareCursorStmt: (script, { query }) => void rowsOf(script, query, undefined),
  ExplainStmt: (script, { query }) => void rowsOf(script, query, undefined),
  VariableSetStmt: setPath,
  DoStmt: (script) => script.unknown.add("what a do block reads and writes is not known"),
  CallStmt: (script) => script.unknown.add("what a called procedure reads and writes is not known"),
  ExecuteStmt: (script) => script.unknown.add("what a prepared statement does is not known"),
};

/** What a query does whose rows nobody takes: a function that it calls may write. */
function noteUnknown({ unknown }: Script, { columns, uses }: Rows): void {
  for (const reason of [...together(columns).unknown, ...uses.unknown]) unknown.add(reason);
}

/** Takes the next statement of a script and adds what it makes, writes and reads. */
export function followStatement(script: Script, { kind, node }: ParsedStatement): void {
  if (writes[kind]) rowsOf(script, { [kind]: node }, undefined);
  else effects[kind]?.(script, node);
}

function madeAt({ trace, made }: Script, relation: SyntaxNode): Made {
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
  const added: Made = { target, isTemporary, rows: empty, stored: new Set() };
  made.set(targetKey(target), added);
  return added;
}

/** Adds the sources of written rows to the columns of their relation. */
function addRows(script: Script, relation: SyntaxNode, rows: Rows): void {
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
function makeRows(
  script: Script,
  relation: SyntaxNode | undefined,
  rows: Rows,
  names: readonly string[],
): void {
  if (relation) addRows(script, relation, renameColumns(rows, names));
}

/** `create table`: its columns are declared, and what is in them is written from elsewhere. */
function declareTable(script: Script, node: SyntaxNode): void {
  const relation = nodeOf(node.relation) ?? {};
  const parents = listOf(node.inhRelations).flatMap((each) =>
    columnsLike(script, unwrap(each).node),
  );
  const elements = listOf(node.tableElts).map(unwrap);
  const own = elements.flatMap(({ kind, node: element }) => {
    if (kind === "ColumnDef") return [String(element.colname)];
    return kind === "TableLikeClause" ? columnsLike(script, nodeOf(element.relation) ?? {}) : [];
  });
  storeColumns(script, relation, [...parents, ...own]);
  const made = madeAt(script, relation);
  const item: FromItem = {
    rows: script.trace.relation(textOf(relation.schemaname), made.target.name).rows,
    named: [],
  };
  for (const { node: element } of elements.filter(({ kind }) => kind === "ColumnDef")) {
    const generated = listOf(element.constraints)
      .map((each) => unwrap(each).node)
      .find(({ contype }) => contype === "CONSTR_GENERATED");
    if (!generated) continue;
    const value = originOf(script.trace, { ...emptyScope(), items: [item] }, generated.raw_expr);
    addRows(script, relation, {
      ...{ columns: [named(String(element.colname), value)], open: [], uses: noUses() },
    });
  }
}

function columnsLike({ trace }: Script, { schemaname, relname }: SyntaxNode): string[] {
  const { rows } = trace.relation(textOf(schemaname), String(relname));
  return rows.columns.map(({ name }) => name);
}

function storeColumns(script: Script, relation: SyntaxNode, names: readonly string[]): void {
  const columns = names.map((name): Column => named(name, constant));
  addRows(script, relation, { columns, open: [], uses: noUses() });
  const { stored } = madeAt(script, relation);
  for (const name of names) stored.add(name);
}

function copy(script: Script, node: SyntaxNode): void {
  if (node.query) rowsOf(script, node.query, undefined);
  const relation = nodeOf(node.relation);
  if (!relation || !node.is_from) return;
  const names = wordsOf(node.attlist);
  storeColumns(script, relation, names.length > 0 ? names : columnsLike(script, relation));
}

function alterTable(script: Script, { relation, cmds }: SyntaxNode): void {
  for (const each of listOf(cmds)) {
    const { node } = unwrap(each);
    const added = node.subtype === "AT_AddColumn" ? unwrap(node.def).node.colname : undefined;
    if (added !== undefined) storeColumns(script, nodeOf(relation) ?? {}, [String(added)]);
  }
}

function setPath(script: Script, { name, kind, args }: SyntaxNode): void {
  if (kind === "VAR_RESET_ALL") delete script.path;
  if (name !== "search_path") return;
  if (kind === "VAR_RESET" || kind === "VAR_SET_DEFAULT") delete script.path;
  if (kind !== "VAR_SET_VALUE") return;
  script.path = listOf(args).map((each) => String(nodeOf(unwrap(each).node.sval)?.sval ?? ""));
}

/** A table that is made under one name and put in the place of another one. */
function rename(script: Script, { renameType, relation, newname, subname }: SyntaxNode): void {
  const node = nodeOf(relation);
  if (!node) return;
  if (renameType === "OBJECT_COLUMN") {
    const made = madeAt(script, node);
    const columns = made.rows.columns.map((each) =>
      each.name === subname ? { ...each, name: String(newname) } : each,
    );
    made.rows = { ...made.rows, columns };
    if (made.stored.delete(String(subname))) made.stored.add(String(newname));
  } else move(script, renameType, node, { name: String(newname) });
}

function isRelation(type: unknown): boolean {
  return /^OBJECT_(TABLE|VIEW|MATVIEW)$/.test(String(type));
}

function move(
  script: Script,
  type: unknown,
  relation: SyntaxNode | undefined,
  to: Partial<Target>,
): void {
  if (!relation || !isRelation(type)) return;
  const made = madeAt(script, relation);
  script.made.delete(targetKey(made.target));
  const target = { ...made.target, ...to };
  script.made.set(targetKey(target), { ...made, target });
}

/** The name of a temporary relation that is dropped means the one of the database again. */
function drop({ made }: Script, { objects, removeType }: SyntaxNode): void {
  if (!isRelation(removeType)) return;
  for (const words of listOf(objects).map((each) => wordsOf(itemsOf(each)))) {
    const [name = "", schema = "pg_temp"] = words.reverse();
    if (schema === "pg_temp") made.delete(targetKey({ schema, name }));
  }
}
