import type { ParsedStatement, SyntaxNode } from "./parse-sql.ts";
import { walkSyntax } from "./walk-syntax.ts";

/** What a statement makes or changes, as it is written; without a schema the search path decides. */
export interface WrittenName {
  schema?: string;
  name: string;
  isRoutine?: boolean;
}

const writingQueries = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/**
 * Takes a statement and returns the relations, types and functions that it makes, changes or locks;
 * those that it only reads in a query are not among them.
 */
export function writtenNames({ kind, node }: ParsedStatement): WrittenName[] {
  return [...namesInLists(kind, node), ...namesOutsideQueries({ [kind]: node })];
}

function namesOutsideQueries(root: SyntaxNode): WrittenName[] {
  const found: WrittenName[] = [];
  walkSyntax(root, false, (key, node, isAboveInQuery) => {
    const written = writtenUnder(key, node);
    if (written) found.push(written);
    const isInQuery = isAboveInQuery || key === "SelectStmt" || writingQueries.has(key);
    const own = nameOfRelation(node);
    if (own && !isInQuery) found.push(own);
    return isInQuery;
  });
  return found;
}

/** The relation that a query writes to, wherever the query stands. */
function writtenUnder(key: string, value: unknown): WrittenName | undefined {
  if (key !== "intoClause" && !writingQueries.has(key)) return undefined;
  const { rel, relation } = (value ?? {}) as SyntaxNode;
  return nameOfRelation((rel ?? relation ?? {}) as SyntaxNode);
}

function nameOfRelation({ relname, schemaname, relpersistence }: SyntaxNode) {
  // `create temp table`: other sessions cannot see it.
  if (typeof relname !== "string" || relpersistence === "t") return undefined;
  return { name: relname, ...(typeof schemaname === "string" && { schema: schemaname }) };
}

const relationKinds = /^OBJECT_(TABLE|VIEW|MATVIEW|INDEX|SEQUENCE|FOREIGN_TABLE|TYPE|DOMAIN)$/;
const routineKinds = /^OBJECT_(FUNCTION|PROCEDURE|ROUTINE|AGGREGATE)$/;

/** Names that the syntax tree holds as lists of words. */
function namesInLists(kind: string, node: SyntaxNode): WrittenName[] {
  switch (kind) {
    case "CreateFunctionStmt":
      return nameOfWords(node.funcname, { isRoutine: true });
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return nameOfWords(node.typeName);
    case "CreateDomainStmt":
      return nameOfWords(node.domainname);
    case "DropStmt":
      return ((node.objects ?? []) as unknown[]).flatMap((each) =>
        namesOfObject(String(node.removeType), each),
      );
    case "CommentStmt":
      return namesOfObject(String(node.objtype), node.object);
    default:
      return [];
  }
}

function namesOfObject(type: string, object: unknown): WrittenName[] {
  const { List: list, ObjectWithArgs: routine, TypeName: typeName } = object as SyntaxNode;
  if (routineKinds.test(type)) {
    return nameOfWords((routine as SyntaxNode | undefined)?.objname, { isRoutine: true });
  }
  const words = (list as SyntaxNode | undefined)?.items ?? (typeName as SyntaxNode)?.names;
  if (type === "OBJECT_COLUMN") return nameOfWords((words as unknown[] | undefined)?.slice(0, -1));
  return relationKinds.test(type) ? nameOfWords(words) : [];
}

function nameOfWords(words: unknown, extra: Pick<WrittenName, "isRoutine"> = {}): WrittenName[] {
  const texts = ((words ?? []) as { String?: { sval?: string } }[]).map(
    (word) => word.String?.sval ?? "",
  );
  const name = texts.at(-1);
  const schema = texts.at(-2);
  return name ? [{ name, ...(schema !== undefined && { schema }), ...extra }] : [];
}
