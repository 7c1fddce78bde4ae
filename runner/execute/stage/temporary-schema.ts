import type { Session } from "../../database/database.ts";
import { temporaryName } from "../../names/temporary-name.ts";

/**
 * SQL: whether a temporary relation of this session would make its schema. When that relation is undone, the schema is
 * undone with it, and PostgreSQL plans again whatever is kept prepared.
 */
export const needsTemporarySchema = `pg_catalog.pg_my_temp_schema() operator(pg_catalog.=) 0
  and pg_catalog.has_database_privilege(pg_catalog.current_database(), 'temp')`;

/** Makes the schema, by a temporary relation that goes when the connection is cleaned; the schema stays. */
export function keepTemporarySchema(session: Session): void {
  session.later(`create temp view ${temporaryName("first")} as select 1 as one`);
}
