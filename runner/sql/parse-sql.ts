// biome-ignore lint/style/noRestrictedImports: it loads the parser, which is pure itself
import { createRequire } from "node:module";
import { SqlFailure } from "../errors.ts";
import { bigQueryHint } from "../text/bigquery-hint.ts";

/** A node of PostgreSQL's syntax tree, as its own parser writes it; locations in it are not used. */
export type SyntaxNode = { readonly [key: string]: unknown };

/** One word, number, string, operator or mark. */
export interface Token {
  text: string;
  /** Offset of its first UTF-16 unit in the statement. */
  start: number;
  end: number;
}

/** One statement of an SQL text. */
export interface ParsedStatement {
  /** `SelectStmt`, `CreateTableAsStmt`, `DropStmt`, … */
  kind: string;
  node: SyntaxNode;
  /** Its text, without the semicolon. */
  text: string;
  /** Where it begins in the SQL that was parsed, and that SQL. */
  offset: number;
  sql: string;
  tokens: Token[];
  /** Turns a location in `node` (bytes) into an offset in `text`. */
  offsetOf: (location: number) => number;
}

/**
 * Takes SQL and returns its statements, read by PostgreSQL's own parser (version 18). Throws an
 * SqlFailure with PostgreSQL's message and the position when it is none.
 */
export async function parseSql(sql: string): Promise<ParsedStatement[]> {
  if (sql.trim() === "") return [];
  const parser = await loadParser();
  const bytes = Buffer.from(sql);
  const { stmts = [] } = failingAt(parser, sql, () => parser.parseSync(sql));
  return stmts.map(({ stmt_location: start = 0, stmt_len: length }) => {
    const end = length ? start + length : bytes.length;
    const text = bytes.subarray(start, end).toString();
    return { ...parseOne(parser, text), offset: bytes.subarray(0, start).toString().length, sql };
  });
}

type Parser = typeof import("libpg-query");

const require = createRequire(import.meta.url);
const entry = require.resolve("libpg-query");

/** PostgreSQL's own parser. Loading it takes 50 ms, which only those pay who need it. */
export async function loadParser(): Promise<Parser> {
  const parser: Parser = require(entry);
  await parser.loadModule();
  return parser;
}

/** A parser whose stack ran over is not in order afterwards: the next statement gets a new one. */
function forgetParser(): void {
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(entry.slice(0, entry.lastIndexOf("index.")))) delete require.cache[file];
  }
}

/** statement_too_complex: PostgreSQL's own state for a statement that its stack is too small for. */
export const tooDeep = "54001";

function parseOne(parser: Parser, text: string): Omit<ParsedStatement, "offset" | "sql"> {
  const [tree] = failingAt(parser, text, () => parser.parseSync(text)).stmts ?? [];
  const [[kind, node] = ["", {}]] = Object.entries(tree?.stmt ?? {});
  const offsetOf = offsetsIn(text);
  const tokens = parser
    .scanSync(text)
    .tokens.filter(({ tokenName }) => !tokenName.endsWith("_COMMENT"))
    .map(({ text, start, end }) => ({ text, start: offsetOf(start), end: offsetOf(end) }));
  return { kind, node: node as SyntaxNode, text, tokens, offsetOf };
}

function failingAt<T>(parser: Parser, sql: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) throw tooDeepFailure(sql);
    if (!parser.hasSqlDetails(error)) throw error;
    if (error.message.startsWith("memory exhausted")) throw tooDeepFailure(sql);
    const at = error.sqlDetails?.cursorPosition ?? -1;
    // Unlike the locations in a tree, this one counts characters.
    const position = at < 0 ? 0 : [...sql].slice(0, at).join("").length + 1;
    const sqlstate = "42601";
    const hint = bigQueryHint({ sqlstate, statement: sql, position });
    throw new SqlFailure({
      message: error.message,
      sqlstate,
      statement: sql,
      ...(hint !== undefined && { hint }),
      ...(position > 0 && { position }),
    });
  }
}

function tooDeepFailure(sql: string): SqlFailure {
  forgetParser();
  return new SqlFailure({
    message: "the statement is nested too deeply to be read",
    sqlstate: tooDeep,
    hint: "write long sums and chains of union as a join, an array or a table of values",
    statement: sql,
  });
}

/** The parser counts bytes; a JavaScript string counts UTF-16 units. */
function offsetsIn(text: string): (byte: number) => number {
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return (byte) => byte;
  return (byte) => bytes.subarray(0, byte).toString().length;
}
