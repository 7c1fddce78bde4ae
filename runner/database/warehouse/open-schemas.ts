import type { Session } from "../database.ts";

/**
 * One line about the schemas in which an author's names are looked up and others than their owner, this
 * role and superusers may make functions and operators; undefined when there is none.
 */
export async function openSchemasNote(session: Session): Promise<string | undefined> {
  const { rows } = await session.authored(openSchemas);
  if (rows.length === 0) return undefined;
  const names = rows.map(([name]) => name).join(", ");
  return `others may create functions in ${names}, where the SQL of this project looks names up; they would run with the rights of this role (docs/connections.md)`;
}

// Everything says where it stands: it is sent with the search_path that it is about.
const openSchemas = `
  select distinct n.nspname
  from pg_catalog.pg_namespace as n
  cross join lateral pg_catalog.aclexplode(n.nspacl) as a
  left join pg_catalog.pg_roles as r on r.oid operator(pg_catalog.=) a.grantee
  where n.nspname operator(pg_catalog.=) any (pg_catalog.current_schemas(false))
    and a.privilege_type operator(pg_catalog.=) 'CREATE'
    and a.grantee operator(pg_catalog.<>) n.nspowner
    and r.rolname operator(pg_catalog.<>) current_user is not false
    and r.rolsuper is not true`;
