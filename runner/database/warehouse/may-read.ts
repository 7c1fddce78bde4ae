import type { Target } from "../../target.ts";
import type { Session } from "../database.ts";

/** Whether a table is there and this role may read it. It asks by number, since to name a table takes rights on its schema. */
export async function mayRead(session: Session, { schema, name }: Target): Promise<boolean> {
  const { rows } = await session.query(
    `select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2`,
    [schema, name],
  );
  return rows[0]?.[0] === "t";
}
