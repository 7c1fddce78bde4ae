import type { ParsedStatement, SyntaxNode } from "../sql/parse-sql.ts";
import { type Target, targetKey } from "../target.ts";
import { originOf } from "./query/expression.ts";
import { emptyScope, type FromItem } from "./query/scope.ts";
import { itemsOf, listOf, nodeOf, textOf, unwrap, wordsOf } from "./query/syntax.ts";
import { named, noUses, type Rows, together } from "./query/value.ts";
import { writes } from "./query/write.ts";
import {
  addRows,
  areKnown,
  columnsLike,
  madeAt,
  makeRows,
  rowsOf,
  type Script,
  storeColumns,
} from "./script.ts";

/** Takes the next statement of a script and adds what it makes, writes and reads. */
export function followStatement(script: Script, { kind, node }: ParsedStatement): void {
  if (writes[kind]) rowsOf(script, { [kind]: node }, undefined);
  else effects[kind]?.(script, node);
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
    const { rel } = intoOf(node) ?? {};
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

/** `into` stands in the first of the queries that `union` and the like put together. */
function intoOf(node: SyntaxNode): SyntaxNode | undefined {
  const first = nodeOf(node.larg);
  return first ? intoOf(first) : nodeOf(node.intoClause);
}

/** What a query does whose rows nobody takes: a function that it calls may write. */
function noteUnknown({ unknown }: Script, { columns, uses }: Rows): void {
  for (const reason of [...together(columns).unknown, ...uses.unknown]) unknown.add(reason);
}

/** `create table`: its columns are declared, and what is in them is written from elsewhere. */
function declareTable(script: Script, node: SyntaxNode): void {
  const relation = nodeOf(node.relation) ?? {};
  const parents = listOf(node.inhRelations).map((each) => unwrap(each).node);
  const elements = listOf(node.tableElts).map(unwrap);
  const likes = elements.flatMap(({ kind, node: element }) =>
    kind === "TableLikeClause" ? [nodeOf(element.relation) ?? {}] : [],
  );
  const own = elements.flatMap(({ kind, node: element }) => {
    if (kind === "ColumnDef") return [String(element.colname)];
    return kind === "TableLikeClause" ? columnsLike(script, nodeOf(element.relation) ?? {}) : [];
  });
  const areAllKnown = [...parents, ...likes].every((each) => areKnown(script, each));
  storeColumns(script, relation, [...parents.flatMap((each) => columnsLike(script, each)), ...own]);
  const made = madeAt(script, relation);
  made.isWhole ||= areAllKnown;
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
    if (node.subtype === "AT_DropColumn") dropColumn(script, nodeOf(relation) ?? {}, node.name);
  }
}

function dropColumn(script: Script, relation: SyntaxNode, name: unknown): void {
  const made = madeAt(script, relation);
  made.rows = { ...made.rows, columns: made.rows.columns.filter((each) => each.name !== name) };
  made.stored.delete(String(name));
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
