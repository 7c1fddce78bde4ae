import type { Session } from "../database/database.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import { writtenNames } from "../sql/written-names.ts";
import { schemaOnPath } from "./bring-in.ts";
import type { Overlay } from "./overlay.ts";

/** Drops in the overlay what `drop index` names, now and when a table that has it is copied later. */
export async function dropIndexes(
  session: Session,
  overlay: Overlay,
  statement: ParsedStatement,
): Promise<void> {
  for (const { schema, name } of writtenNames(statement)) {
    const found = schema ?? (await schemaOnPath(session, name, false));
    if (found === undefined) continue;
    const index = { schema: overlay.original(found), name };
    overlay.dropIndex(index);
    const place = { schema: overlay.schemas().get(index.schema) ?? index.schema, name };
    if (place.schema === index.schema) continue;
    const { rows } = await session.query(freeQuery, [qualifiedName(place)]);
    if (rows.length > 0) await session.query(`drop index ${qualifiedName(place)}`);
  }
}

const freeQuery = `
  select from pg_index as i
  where i.indexrelid = to_regclass($1)
    and not exists (select from pg_constraint as k where k.conindid = i.indexrelid)`;
