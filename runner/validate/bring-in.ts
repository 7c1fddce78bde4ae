import type { Session } from "../database/database.ts";
import { quoteIdentifier, quoteLiteral } from "../names/identifiers.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import type { WrittenName } from "../sql/written-names.ts";
import { copyLive } from "./copy-live.ts";
import { spreadLike } from "./on-nodes.ts";
import type { Overlay } from "./overlay.ts";

/** Makes sure that what a statement writes to is in the overlay; false when it cannot be. */
export async function bringIn(
  session: Session,
  overlay: Overlay,
  { kind, node }: ParsedStatement,
  { schema, name, isRoutine }: WrittenName,
): Promise<boolean> {
  const found = schema ?? (await schemaOnPath(session, name, isRoutine ?? false));
  if (found === undefined || found.startsWith("pg_temp")) return true;
  const target = { schema: overlay.original(found), name };
  if (isRoutine) {
    if (kind === "CreateFunctionStmt") await overlay.takeRoutine(target);
    return overlay.hasRoutine(target);
  }
  const isKnown = overlay.has(target);
  const outcome = found === target.schema ? await copyLive(session, overlay, target) : "none";
  if (outcome === "copied" && !isKnown) await spreadLike(session, overlay, target);
  if (outcome === "none") await overlay.take(target);
  if (kind === "RenameStmt") await overlay.take({ ...target, name: String(node.newname) });
  return outcome !== "unlike";
}

/** The schema of what an unqualified name means now, or where it would be made. */
export async function schemaOnPath(
  session: Session,
  name: string,
  isRoutine: boolean,
): Promise<string | undefined> {
  const relation = quoteLiteral(quoteIdentifier(name));
  const { rows } = await session.authored(`
    select coalesce(
      (select n.nspname from pg_catalog.pg_class as c
      join pg_catalog.pg_namespace as n on n.oid operator(pg_catalog.=) c.relnamespace
      where c.oid operator(pg_catalog.=) pg_catalog.to_regclass(${relation}) and ${!isRoutine}),
      pg_catalog.current_schema())`);
  return rows[0]?.[0] ?? undefined;
}
