import type { ParsedStatement, SyntaxNode, Token } from "./parse-sql.ts";

/** A name with its schema, as PostgreSQL reads it: folded, without quotes. */
export interface SchemaName {
  schema: string;
  name: string;
}

/** A statement in which some names stand in another schema. */
export interface MovedSql {
  text: string;
  /** Turns a 1-based position in `text` into one in the statement as it was written. */
  originalPosition: (position: number) => number;
}

/** Gives the schema that a name moves to, or undefined when it stays. */
export type FindNewSchema = (name: SchemaName, use: "call" | "other") => string | undefined;

interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * Takes a statement and returns it with every `schema.name` in the schema that `newSchema` gives,
 * also where it stands in a string (`'shop.orders'::regclass`, the body of a function). An alias
 * with its column (`a.b`) is told from a relation by the syntax tree.
 */
export function moveNames(statement: ParsedStatement, newSchema: FindNewSchema): MovedSql {
  const uses = usesByOffset(statement);
  const edits = statement.tokens.flatMap((token, index): Edit[] => {
    if (isString(token)) return editsInString(token, newSchema);
    const name = nameAt(statement.tokens, index);
    const use = uses.get(token.start);
    if (!name || use === "column") return [];
    const schema = newSchema(name, use ?? "other");
    return schema === undefined ? [] : [{ start: token.start, end: token.end, text: schema }];
  });
  return applyEdits(statement.text, edits);
}

/** Where `a.b` is a column or the name of a called function. */
function usesByOffset(statement: ParsedStatement): Map<number, "column" | "call"> {
  const uses = new Map<number, "column" | "call">();
  visit(statement.node, (key, node) => {
    const { location, fields, funcname } = node;
    if (key === "FuncCall" && Array.isArray(funcname)) {
      uses.set(statement.offsetOf(Number(location ?? 0)), "call");
    }
    if (key === "ColumnRef" && Array.isArray(fields) && fields.length < 3) {
      uses.set(statement.offsetOf(Number(location ?? 0)), "column");
    }
  });
  return uses;
}

function visit(value: unknown, see: (key: string, node: SyntaxNode) => void, key = ""): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) visit(each, see);
    return;
  }
  const node = value as SyntaxNode;
  see(key, node);
  for (const [inner, each] of Object.entries(node)) visit(each, see, inner);
}

function nameAt(tokens: readonly Token[], index: number): SchemaName | undefined {
  const [schema, dot, name] = tokens.slice(index, index + 3);
  if (!schema || dot?.text !== "." || !name || tokens[index - 1]?.text === ".") return undefined;
  if (!isName(schema) || !isName(name)) return undefined;
  return { schema: foldName(schema.text), name: foldName(name.text) };
}

function isName({ text }: Token): boolean {
  return /^["\p{L}_]/u.test(text) && !/^[UuBbXxEeNn]&?'/.test(text);
}

function isString({ text }: Token): boolean {
  return /^([EeNn]?'|\$)/.test(text) && !/^\$\d/.test(text);
}

function foldName(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}

const quotedName = /"((?:[^"]|"")+)"(?=\s*\.\s*"((?:[^"]|"")+)")/g;
const wholeName = /^'([A-Za-z_][\w$]*)(?=\.([A-Za-z_][\w$]*)'$)/;

function editsInString(token: Token, newSchema: FindNewSchema): Edit[] {
  const whole = wholeName.exec(token.text);
  const found = [...token.text.matchAll(quotedName), ...(whole ? [whole] : [])];
  return found.flatMap((match) => {
    const [text, schema = "", name = ""] = match;
    const isQuoted = text.startsWith('"');
    const fold = (part: string) => (isQuoted ? part.replaceAll('""', '"') : part.toLowerCase());
    const moved = newSchema({ schema: fold(schema), name: fold(name) }, "other");
    if (moved === undefined) return [];
    const start = token.start + match.index + (isQuoted ? 0 : 1);
    return [{ start, end: start + text.length - (isQuoted ? 0 : 1), text: moved }];
  });
}

function applyEdits(original: string, edits: readonly Edit[]): MovedSql {
  let text = "";
  let done = 0;
  for (const edit of edits) {
    text += original.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return {
    text: text + original.slice(done),
    originalPosition: (position) => positionBefore(edits, position),
  };
}

function positionBefore(edits: readonly Edit[], position: number): number {
  let longer = 0;
  for (const { start, end, text } of edits) {
    const begin = start + longer + 1;
    if (position < begin) break;
    if (position < begin + text.length) return start + 1;
    longer += text.length - (end - start);
  }
  return position - longer;
}
