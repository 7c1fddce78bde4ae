import type { Session } from "../database/database.ts";
import { targetKey } from "../target.ts";
import type { Catalogue, CatalogueFunction, CatalogueRelation } from "./catalogue.ts";

/**
 * Takes a session (its `own`) and returns the columns of every relation of the database that the role
 * may see the names of, the queries of the views, and the functions of which a query's text does not
 * tell enough.
 */
export async function readCatalogue(session: Pick<Session, "query">): Promise<Catalogue> {
  const relations = new Map<string, CatalogueRelation>();
  const { rows } = await session.query(relationsQuery, []);
  for (const [schema, name, column, type, fields, definition] of rows) {
    const key = targetKey({ schema: schema ?? "", name: name ?? "" });
    const relation = relations.get(key) ?? {
      ...{ columns: [], ...(typeof definition === "string" && { definition }) },
    };
    relations.set(key, relation);
    if (typeof column !== "string") continue;
    const parts: string[] | undefined = fields ? JSON.parse(fields) : undefined;
    relation.columns.push({ name: column, type: type ?? "", ...(parts && { fields: parts }) });
  }
  return { relations, functions: await readFunctions(session) };
}

async function readFunctions(session: Pick<Session, "query">): Promise<Catalogue["functions"]> {
  const functions = new Map<string, CatalogueFunction[]>();
  const { rows } = await session.query(functionsQuery, []);
  for (const [schema, name = "", isAggregate, mayRead, columns, isRecord] of rows) {
    const known = functions.get(name ?? "") ?? [];
    functions.set(name ?? "", known);
    known.push({
      ...{ schema: schema ?? "", isAggregate: isAggregate === "t", mayRead: mayRead === "t" },
      ...(typeof columns === "string" && { columns: JSON.parse(columns) }),
      ...(isRecord === "t" && { isRecord: true }),
    });
  }
  return functions;
}

// The query of a view of PostgreSQL's own is not asked: they end in functions all the same.
const relationsQuery = `
  select
    pg_namespace.nspname,
    pg_class.relname,
    pg_attribute.attname,
    format_type(pg_attribute.atttypid, pg_attribute.atttypmod),
    case when pg_type.typtype = 'c' then (
      select json_agg(fields.attname order by fields.attnum)
      from pg_attribute as fields
      where fields.attrelid = pg_type.typrelid and fields.attnum > 0 and not fields.attisdropped
    ) end,
    case
      when pg_class.relkind in ('v', 'm')
        and pg_namespace.nspname not in ('pg_catalog', 'information_schema')
        and coalesce(pg_attribute.attnum, 1) = 1
      then pg_get_viewdef(pg_class.oid)
    end
  from pg_class
  inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  left join pg_attribute
    on pg_attribute.attrelid = pg_class.oid
    and pg_attribute.attnum > 0
    and not pg_attribute.attisdropped
  left join pg_type on pg_type.oid = pg_attribute.atttypid
  where pg_class.relkind in ('r', 'p', 'f', 'v', 'm')
    and pg_namespace.nspname !~ '^pg_(toast|temp)'
  order by pg_class.oid, pg_attribute.attnum`;

const functionsQuery = `
  select
    pg_namespace.nspname,
    pg_proc.proname,
    pg_proc.prokind = 'a',
    pg_namespace.nspname not in ('pg_catalog', 'information_schema')
      and pg_proc.provolatile != 'i'
      and pg_proc.prokind != 'a',
    coalesce(
      (
        select json_agg(pg_proc.proargnames[positions.at] order by positions.at)
        from generate_subscripts(pg_proc.proargmodes, 1) as positions(at)
        where pg_proc.proargmodes[positions.at] in ('o', 'b', 't')
      ),
      (
        select json_agg(pg_attribute.attname order by pg_attribute.attnum)
        from pg_type
        inner join pg_attribute on pg_attribute.attrelid = pg_type.typrelid
        where pg_type.oid = pg_proc.prorettype
          and pg_type.typtype = 'c'
          and pg_attribute.attnum > 0
          and not pg_attribute.attisdropped
      )
    ),
    pg_proc.prorettype = 'record'::regtype and pg_proc.proargmodes is null
  from pg_proc
  inner join pg_namespace on pg_namespace.oid = pg_proc.pronamespace
  where pg_namespace.nspname not in ('pg_catalog', 'information_schema')
    or pg_proc.prokind = 'a'
    or pg_proc.proargmodes is not null
    or pg_proc.prorettype = 'record'::regtype`;
