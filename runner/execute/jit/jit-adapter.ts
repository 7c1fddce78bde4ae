import type { QueryResult, Session } from "../../database/database.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import { type Target, targetKey } from "../../target.ts";

/**
 * Executes the calls of JiT code to its `adapter` in a session: rows and tables have the shapes of
 * Dataform's own adapter. Throws the session's errors, and an `Error` for a call that is not supported.
 */
export function jitAdapter(session: Session) {
  return async (method: string, argument: unknown): Promise<unknown> => {
    const request = (argument ?? {}) as AdapterRequest;
    switch (method) {
      case "execute":
        return execute(session, request);
      case "listTables":
        return { tables: await readTables(session, request.schema || undefined) };
      case "getTable":
        return getTable(session, requireTarget(request));
      case "deleteTable":
        return deleteTable(session, requireTarget(request));
      default:
        throw new Error(`the adapter has no method ${method}`);
    }
  };
}

interface AdapterRequest {
  statement?: string;
  rowLimit?: number;
  params?: { fields?: object };
  bigQueryOptions?: { dryRun?: boolean };
  schema?: string;
  target?: Target;
}

interface TableMetadata {
  target: Target;
  /** 1 for a table, 2 for a view. */
  type: number;
  description?: string;
  fields: { name: string; primitive: number; description?: string }[];
}

async function execute(session: Session, request: AdapterRequest) {
  const { statement = "", rowLimit, params, bigQueryOptions } = request;
  if (Object.keys(params?.fields ?? params ?? {}).length > 0) {
    throw new Error("params are BigQuery's: write the values into the statement");
  }
  if (bigQueryOptions?.dryRun) {
    throw new Error("bigQueryOptions.dryRun is BigQuery's: here the statement would be executed");
  }
  const { columns, rows } = await session.statement(statement);
  const shown = rowLimit ? rows.slice(0, Number(rowLimit)) : rows;
  return {
    rows: shown.map((row) => ({
      fields: Object.fromEntries(
        columns.map(({ name, typeOid }, index) => [name, structValue(row[index] ?? null, typeOid)]),
      ),
    })),
    schemaFields: columns.map(({ name, typeOid }) => ({ name, primitive: primitiveOf(typeOid) })),
    errors: [],
  };
}

// bigint and numeric stay text: a JavaScript number cannot hold all of them.
const numbers = new Set([21, 23, 700, 701]);

function structValue(value: QueryResult["rows"][number][number], typeOid: number) {
  if (value === null) return { nullValue: 0 };
  if (typeOid === 16) return { boolValue: value === "t" };
  return numbers.has(typeOid) ? { numberValue: Number(value) } : { stringValue: value };
}

// Dataform's Field.Primitive by pg_type.oid; anything else is a STRING.
const primitives: Record<number, number> = {
  ...{ 20: 1, 21: 1, 23: 1, 700: 2, 701: 2, 1700: 5, 16: 3, 1082: 6, 1114: 7, 1184: 8 },
  ...{ 1083: 9, 17: 10, 114: 14, 3802: 14, 1186: 15 },
};

function primitiveOf(typeOid: number): number {
  return primitives[typeOid] ?? 4;
}

async function getTable(session: Session, target: Target): Promise<TableMetadata> {
  const [found] = await readTables(session, target.schema, target.name);
  if (found === undefined) throw new Error(`Table not found: ${JSON.stringify(target)}`);
  return found;
}

async function deleteTable(session: Session, target: Target) {
  const [found] = await readTables(session, target.schema, target.name);
  if (found === undefined) return {};
  await session.query(`drop ${found.type === 2 ? "view" : "table"} ${qualifiedName(target)}`);
  return {};
}

/** The tables and views of a schema, or of all schemas that are not PostgreSQL's own. */
async function readTables(session: Session, schema?: string, name?: string) {
  const { rows } = await session.query(
    `select n.nspname, c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'),
       a.attname, a.atttypid::text, col_description(c.oid, a.attnum)
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where (n.nspname = $1::text
         or $1::text is null and n.nspname !~ '^pg_' and n.nspname <> 'information_schema')
       and c.relkind in ('r', 'p', 'f', 'v', 'm') and ($2::text is null or c.relname = $2)
     order by n.nspname, c.relname, a.attnum`,
    [schema ?? null, name ?? null],
  );
  const tables = new Map<string, TableMetadata>();
  for (const [found, table, kind, description, column, typeOid, comment] of rows) {
    const target = { schema: found ?? "", name: table ?? "" };
    const known: TableMetadata = tables.get(targetKey(target)) ?? {
      target,
      type: kind === "v" || kind === "m" ? 2 : 1,
      ...(description ? { description } : {}),
      fields: [],
    };
    tables.set(targetKey(target), known);
    if (!column) continue;
    const primitive = primitiveOf(Number(typeOid));
    known.fields.push({ name: column, primitive, ...(comment ? { description: comment } : {}) });
  }
  return [...tables.values()];
}

function requireTarget({ target }: AdapterRequest): Target {
  if (target?.name && target.schema) return target;
  throw new Error("the adapter was asked without a target");
}
