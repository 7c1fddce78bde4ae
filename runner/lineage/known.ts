import type { SyntaxNode } from "../sql/parse-sql.ts";
import { type Target, targetName } from "../target.ts";
import {
  isBuiltInAggregate,
  isBuiltInScalar,
  isPopulating,
  namedOutputs,
} from "./built-in-functions.ts";
import type { Catalogue, CatalogueColumn, CatalogueFunction } from "./catalogue.ts";
import type { FunctionShape, NamedRows } from "./query/scope.ts";
import { listOf, nodeOf, unwrap, wordsOf } from "./query/syntax.ts";
import { type Column, columnKey, noUses } from "./query/value.ts";

/** Columns of a relation; `missing` says why there may be others. */
export interface KnownColumns {
  columns: readonly (Pick<CatalogueColumn, "name"> & { fields?: readonly string[] })[];
  missing?: string;
}

/** What relations and functions mean, for the statements of one action. */
export interface Known {
  /** `path`: the schemas in which a name without one is looked up. */
  relation: (schema: string | undefined, name: string, path?: readonly string[]) => NamedRows;
  shapeOf: (node: SyntaxNode, path?: readonly string[]) => FunctionShape;
  isAggregate: (words: readonly string[]) => boolean;
  isForeign: (words: readonly string[]) => boolean;
}

/** Where PostgreSQL looks a name without a schema up, as sessions of a run are set. */
export const searchPath: readonly string[] = ["public"];

/**
 * Takes what tells the columns of a relation, and the catalogue where there is a database, and returns
 * what names of relations and functions mean.
 */
export function knownFrom(
  columnsOf: (target: Target) => KnownColumns | undefined,
  catalogue: Catalogue | undefined,
): Known {
  const relation: Known["relation"] = (schema, name, path = searchPath) => {
    const target = schema === undefined ? found(columnsOf, name, path) : { schema, name };
    return rowsOfRelation(target, columnsOf(target) ?? { columns: [], missing: missing(target) });
  };
  const missing = (target: Target) =>
    catalogue
      ? `${targetName(target)} is not in the database`
      : `the columns of ${targetName(target)} are not known without a database`;
  return {
    relation,
    shapeOf: (node, path) =>
      shapeOf(node, (schema, name) => relation(schema, name, path), catalogue),
    isAggregate: (words) =>
      isOwn(words, isBuiltInAggregate) ||
      functionsNamed(catalogue, words).some((each) => each.isAggregate),
    isForeign: (words) => isForeign(words, catalogue),
  };
}

function found(
  columnsOf: (target: Target) => unknown,
  name: string,
  path: readonly string[],
): Target {
  const places = path.map((schema) => ({ schema, name }));
  const known = places.find((place) => columnsOf(place) !== undefined);
  if (known) return known;
  return { schema: name.startsWith("pg_") ? "pg_catalog" : (path[0] ?? ""), name };
}

/** The rows of a relation of the database, whose columns are their own sources. */
export function rowsOfRelation(
  { schema, name }: Target,
  { columns, missing }: KnownColumns,
): NamedRows {
  const own = columns.map(({ name: column, fields }): Column => {
    const source = { schema, table: name, column };
    const key = columnKey(source);
    const sources = new Map([[key, { ...source, way: "direct" as const }]]);
    const unknown = new Set<string>();
    const parts = fields?.map((field) => ({
      ...{ name: field, unknown },
      sources: new Map([[key, { ...source, way: "transformed" as const }]]),
    }));
    return { ...{ name: column, sources, unknown, isBase: true }, ...(parts && { fields: parts }) };
  });
  const open = missing === undefined ? [] : [{ table: { schema, name }, reason: missing }];
  return { name, schema, rows: { columns: own, open, uses: noUses() } };
}

function isOwn(words: readonly string[], is: (name: string) => boolean): boolean {
  const [name = "", schema = "pg_catalog"] = [...words].reverse();
  return schema === "pg_catalog" && is(name);
}

function functionsNamed(
  catalogue: Catalogue | undefined,
  words: readonly string[],
): readonly CatalogueFunction[] {
  const [name = "", schema] = [...words].reverse();
  const all = catalogue?.functions.get(name) ?? [];
  return schema === undefined ? all : all.filter((each) => each.schema === schema);
}

/** Whether the code of a function may read relations, which its call does not show. */
function isForeign(words: readonly string[], catalogue: Catalogue | undefined): boolean {
  const [, schema] = [...words].reverse();
  const known = functionsNamed(catalogue, words);
  if (catalogue) return known.some(({ mayRead }) => mayRead);
  return schema !== undefined && schema !== "pg_catalog";
}

function shapeOf(
  node: SyntaxNode,
  relation: Known["relation"],
  catalogue: Catalogue | undefined,
): FunctionShape {
  const words = wordsOf(node.funcname);
  const name = words.at(-1) ?? "";
  const refusal = { unknown: `the columns that ${words.join(".")}() returns are not known` };
  if (isOwn(words, isPopulating)) return columnsOfType(node, relation) ?? refusal;
  // The catalogue tells of `unnest` only the one of a text search vector, which names its columns.
  if (isOwn(words, isBuiltInScalar)) return "scalar";
  const [known, ...others] = functionsNamed(catalogue, words);
  // Which one of a name is called is decided by types.
  if (known && others.some((each) => shapeText(each) !== shapeText(known))) return refusal;
  if (known?.columns) return { names: known.columns };
  if (known?.isRecord) return refusal;
  const names = isOwn(words, (each) => Object.hasOwn(namedOutputs, each)) && namedOutputs[name];
  if (names) return { names };
  return known || catalogue ? "scalar" : refusal;
}

function shapeText({ columns, isRecord }: CatalogueFunction): string {
  return JSON.stringify([columns, isRecord]);
}

/** `json_populate_record(null::some.relation, …)` */
function columnsOfType(
  { args }: SyntaxNode,
  relation: Known["relation"],
): FunctionShape | undefined {
  const { kind, node } = unwrap(listOf(args)[0]);
  if (kind !== "TypeCast") return undefined;
  const [name = "", schema] = wordsOf(nodeOf(node.typeName)?.names).reverse();
  const { rows } = relation(schema, name);
  return rows.open.length > 0 ? undefined : { names: rows.columns.map((each) => each.name) };
}
