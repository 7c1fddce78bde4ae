import { type SqlToken, sqlTokens } from "../sql-tokens.ts";

/** A token with what the author wrote before it. */
export interface Piece {
  kind: SqlToken["kind"];
  text: string;
  /** Keywords and signs in lower case, to be compared; empty for strings and comments. */
  word: string;
  /** The author's line breaks before it: 0, 1, or 2 for an empty line. */
  lineBreaks: number;
  /** No whitespace stands before it. */
  isTight: boolean;
  /** Its distance from the start of the author's line. */
  column: number;
  /** The group that it belongs to. A closing bracket belongs to the group that it closes. */
  group: Group;
  /** The clause that it belongs to. A closing bracket has none of its own. */
  clause: Clause;
}

/** A statement, a pair of brackets with its content, or `case … end`. */
export interface Group {
  kind: "statement" | "brackets" | "case";
  depth: number;
  /** Indexes of its first piece (the opening bracket or `case`) and of its last. */
  start: number;
  end: number;
  /** Indexes of the pieces that belong to it and to no group inside it, without its brackets. */
  own: number[];
  clauses: Clause[];
  isQuery: boolean;
  /** A row of `values`: several items may share a line, as in a table. */
  isRow: boolean;
}

/** A stretch of a group that begins with a keyword: `from a`, `order by a, b`, `left join b on c`. */
export interface Clause {
  /** Empty for the stretch before the first keyword. */
  keyword: string;
  /** Indexes of its first piece and of the first piece after its keyword. */
  start: number;
  body: number;
  own: number[];
  /** The first piece of each item of its list, and its `and` and `or`. */
  items: number[];
  conditions: number[];
}

/** SQL as nested groups; a group stands before the groups inside it. */
export interface Outline {
  pieces: Piece[];
  groups: Group[];
}

/** A line of formatted SQL: the pieces from `start` to before `end`. */
export interface Line {
  start: number;
  end: number;
  text: string;
  /** How much of the line stands before each of its pieces. */
  columns: number[];
  emptyLineBefore: boolean;
}

/** Whether a piece is a `${…}` and nothing else. */
export function isPlaceholder(piece: Piece | undefined): boolean {
  return piece?.text.startsWith("${") === true;
}

/** The tokens of SQL as pieces that belong to no group yet. */
export function piecesOf(sql: string): Piece[] {
  let end = 0;
  let lineStart = 0;
  return sqlTokens(sql).map((token) => {
    const gap = sql.slice(end, token.start);
    const text = sql.slice(token.start, token.end).trimEnd();
    const piece: Omit<Piece, "group" | "clause"> = {
      kind: token.kind,
      text,
      word: token.kind === "word" || token.kind === "sign" ? text.toLowerCase() : "",
      lineBreaks: Math.min(2, gap.split("\n").length - 1),
      isTight: gap === "" && end > 0,
      column: token.start - (gap.includes("\n") ? end + gap.lastIndexOf("\n") + 1 : lineStart),
    };
    end = token.end;
    lineStart = token.start - piece.column;
    if (text.includes("\n")) lineStart = token.start + text.lastIndexOf("\n") + 1;
    return piece as Piece;
  });
}
