import type { Session } from "../database/database.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { Target } from "../target.ts";
import { nameCopiedIndexes } from "./copied-indexes.ts";
import type { Overlay } from "./overlay.ts";

/** `none`: no relation has that name. `unlike`: it is of a kind that has no empty copy. */
export type CopyOutcome = "copied" | "none" | "unlike";

/**
 * Takes the name of something that a statement is about to change and puts an empty copy of it into
 * the overlay, so that the change happens there. Reads the original as any reader does.
 */
export async function copyLive(
  session: Session,
  overlay: Overlay,
  target: Target,
): Promise<CopyOutcome> {
  if (overlay.has(target)) return "copied";
  const { rows } = await session.query(liveQuery, [target.schema, target.name]);
  const [kind, partitionKey, definition, hasIndexes] = rows[0] ?? [];
  if (!kind) return "none";
  if (!["r", "p", "f", "v", "m", "S"].includes(kind)) return "unlike";
  const copy = await overlay.take(target);
  await session.query(copyStatement(kind, qualifiedName(copy), target, partitionKey, definition));
  if (hasIndexes === "t") {
    await nameCopiedIndexes(session, target, copy, overlay.hasDroppedIndex);
  }
  return "copied";
}

const liveQuery = `
  select
    c.relkind,
    pg_get_partkeydef(c.oid),
    case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
    c.relkind in ('r', 'p') and c.relhasindex
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2`;

function copyStatement(
  kind: string,
  copy: string,
  target: Target,
  partitionKey: string | null | undefined,
  definition: string | null | undefined,
): string {
  const query = (definition ?? "select").replace(/;\s*$/, "");
  switch (kind) {
    case "v":
      return `create view ${copy} as ${query}`;
    case "m":
      return `create materialized view ${copy} as ${query}\nwith no data`;
    case "S":
      return `create sequence ${copy}`;
    default: {
      const partitions = partitionKey ? ` partition by ${partitionKey}` : "";
      return `create table ${copy} (like ${qualifiedName(target)} including all)${partitions}`;
    }
  }
}
