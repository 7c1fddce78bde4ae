import { type SqlError, SqlFailure } from "../../errors.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import type { Session } from "../database.ts";

const undefinedTable = "42P01";

/**
 * Takes the failure of a statement and a session; when the statement names a relation that does not
 * exist, returns the failure with the nearest relations as its hint, else unchanged.
 */
export async function withNearestRelation(
  failure: SqlFailure,
  session: Session,
): Promise<SqlFailure> {
  const { error } = failure;
  const wanted = missingRelation(error);
  if (error.hint || wanted === undefined) return failure;
  try {
    const { rows } = await session.query(relations);
    const names = rows.flatMap(([schema, name]) => (schema && name ? [{ schema, name }] : []));
    const near = wanted.includes(".")
      ? nearestNames(
          wanted,
          names.map(({ schema, name }) => `${schema}.${name}`),
        )
      : nearestNames(
          wanted,
          names.map(({ name }) => name),
        ).flatMap((found) =>
          names.filter(({ name }) => name === found).map(({ schema }) => `${schema}.${found}`),
        );
    if (near.length === 0) return failure;
    return new SqlFailure({ ...error, hint: `did you mean ${near.slice(0, 3).join(", ")}?` });
  } catch {
    return failure;
  }
}

/** Takes an error and returns the relation that it misses, as the statement names it, without quotes. */
export function missingRelation(error: SqlError): string | undefined {
  return error.sqlstate === undefinedTable ? nameAt(error) : undefined;
}

/** The name that stands where PostgreSQL points, without its quotes. */
function nameAt({ statement = "", position }: SqlError): string | undefined {
  if (position === undefined) return undefined;
  const rest = [...statement].slice(position - 1, position + 200).join("");
  const [name] =
    /^(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))?/u.exec(
      rest,
    ) ?? [];
  return name?.replace(/"((?:[^"]|"")+)"/g, "$1").replace(/\s/g, "");
}

const relations = `
  select n.nspname, c.relname
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid operator(pg_catalog.=) c.relnamespace
  where c.relkind operator(pg_catalog.=) any (array['r', 'v', 'm', 'p', 'f']::"char"[])
    and n.nspname operator(pg_catalog.!~) '^(pg_|information_schema$)'
  limit 20000`;
