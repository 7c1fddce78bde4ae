import type { ParsedStatement, Token } from "./parse-sql.ts";
import { walkSyntax } from "./walk-syntax.ts";

/** A name with its schema, as PostgreSQL reads it: folded, without quotes. */
export interface SchemaName {
  schema: string;
  name: string;
}

/** A statement in which some names were moved to another schema. */
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
 * Takes a statement and returns it with every `schema.name` moved to the schema that `newSchema`
 * returns, also inside strings (`'shop.orders'::regclass`, the body of a function). The syntax tree
 * tells an alias with its column (`a.b`) from a relation.
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
  walkSyntax(statement.node, undefined, (key, node) => {
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

// Each piece of a string is read once: quotes that are not closed, and many of them, cost no more.
const piece = /"[^"]*(?:""[^"]*)*"|[\p{L}_][\p{L}\p{N}_$]*|\s+|[\s\S]/uy;

/**
 * A name in a string: `"shop".orders` wherever it stands, since that is how names are written into
 * SQL by expressions; `shop.orders` only when it is the whole string, for it may be an alias.
 */
function editsInString(token: Token, newSchema: FindNewSchema): Edit[] {
  if (!token.text.includes(".")) return [];
  const pieces = piecesOf(token.text);
  return pieces.flatMap((schema, index): Edit[] => {
    const [dot, name, end] = pieces.slice(index + 1, index + 4);
    if (dot?.text !== "." || !name || !isName(schema) || !isName(name)) return [];
    const isWhole = index === 1 && end?.text === "'" && pieces.length === 5;
    if (!schema.text.startsWith('"') && !isWhole) return [];
    const moved = newSchema({ schema: foldName(schema.text), name: foldName(name.text) }, "other");
    if (moved === undefined) return [];
    const start = token.start + schema.start;
    return [{ start, end: start + schema.text.length, text: moved }];
  });
}

function piecesOf(text: string): Token[] {
  const pieces: Token[] = [];
  for (let at = 0; at < text.length; ) {
    piece.lastIndex = at;
    const [found = ""] = piece.exec(text) ?? [];
    const end = at + Math.max(1, found.length);
    if (found.trim() !== "") pieces.push({ text: found, start: at, end });
    at = end;
  }
  return pieces;
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
