import type { SyntaxNode } from "../../sql/parse-sql.ts";
import { columnNameOf } from "./column-name.ts";
import { originOf, reasonOfForeign } from "./expression.ts";
import type { Scope, Trace } from "./scope.ts";
import { itemsOf, listOf, nodeOf, textOf, unwrap, wordsOf } from "./syntax.ts";
import {
  by,
  type Column,
  constant,
  named,
  noUses,
  type OpenPart,
  type Rows,
  type Uses,
  type Value,
} from "./value.ts";

/** One function of `from`, or of `rows from (…)`. */
interface RowFunction {
  call: unknown;
  /** `as (a integer, b text)`. */
  definitions: unknown[];
  /** The alias names its only column. */
  alias: string | undefined;
}

/** The rows that functions in `from` return side by side. */
export function rowsOfFunctions(trace: Trace, scope: Scope, node: SyntaxNode): Rows {
  const parts = functionsOf(node).map((each) => columnsOf(trace, scope, each));
  const ordinality = node.ordinality ? [named("ordinality", constant)] : [];
  const known = parts.flatMap(({ columns }) => columns);
  const open = parts.flatMap((part) => part.open);
  const columns = [...known, ...ordinality];
  const uses = noUses();
  for (const { call } of functionsOf(node)) addUnknown(trace, uses, unwrap(call));
  return { columns: open.length > 0 ? aliased(columns, node) : columns, open, uses };
}

/** Nobody knows which rows a function gives that may read relations, whatever is taken of them. */
function addUnknown(trace: Trace, { unknown }: Uses, { kind, node }: ReturnType<typeof unwrap>) {
  const words = kind === "FuncCall" ? wordsOf(node.funcname) : [];
  if (trace.isForeign(words)) unknown.add(reasonOfForeign(words));
}

function functionsOf(node: SyntaxNode): RowFunction[] {
  const functions = listOf(node.functions).map(itemsOf);
  const alias = functions.length === 1 ? textOf(nodeOf(node.alias)?.aliasname) : undefined;
  return functions.map(([call, definitions]) => ({
    call,
    definitions: [...itemsOf(definitions), ...listOf(node.coldeflist)],
    alias,
  }));
}

/** A function whose columns are not known has those at least that the alias names. */
function aliased(columns: readonly Column[], node: SyntaxNode): readonly Column[] {
  const names = wordsOf(nodeOf(node.alias)?.colnames);
  const [first] = columns;
  return names.length > 0 && first ? names.map((name) => named(name, first)) : columns;
}

function columnsOf(
  trace: Trace,
  scope: Scope,
  { call, definitions, alias }: RowFunction,
): { columns: Column[]; open: OpenPart[] } {
  const value = by("transformed", originOf(trace, scope, call));
  const all = (names: readonly string[]) => names.map((name) => named(name, value));
  if (definitions.length > 0) {
    return { columns: all(definitions.map((each) => String(unwrap(each).node.colname))), open: [] };
  }
  const { kind, node } = unwrap(call);
  const own = alias ?? columnNameOf(call, () => undefined);
  if (kind !== "FuncCall") return { columns: all([own]), open: [] };
  const lists = listOf(node.args);
  if (wordsOf(node.funcname).at(-1) === "unnest" && lists.length > 1) {
    const columns = lists.map((list) => named("unnest", listElement(trace, scope, list)));
    return { columns, open: [] };
  }
  const shape = trace.rowsOfFunction(node);
  if (shape === "scalar") return { columns: all([own]), open: [] };
  if ("names" in shape) return { columns: all(shape.names), open: [] };
  const possible = all([own]).map((each): Column => ({ ...each, isPossible: true }));
  return { columns: possible, open: [{ reason: shape.unknown }] };
}

function listElement(trace: Trace, scope: Scope, list: unknown): Value {
  return by("transformed", originOf(trace, scope, list));
}
