import type { Session } from "../database/database.ts";
import { ActionFailure, SqlFailure } from "../errors.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import { type Target, targetName } from "../target.ts";

/** A foreign key of another table that refers to a table which is about to be made anew. */
export interface InboundKey {
  /** In words: `foreign key lines_order_fkey of shop.lines`. */
  what: string;
  drop: string;
  /** The statements that make it again. */
  again: string[];
}

/** Such a key that was dropped, with the relation that it refers to. */
export interface DroppedKey extends InboundKey {
  target: Target;
}

/** The foreign keys of other tables that refer to a table. */
export async function readInboundKeys(session: Session, target: Target): Promise<InboundKey[]> {
  const { rows } = await session.query(`
    select
      format('foreign key %s of %s', k.conname, k.conrelid::regclass),
      format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
      format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname,
        pg_get_constraintdef(k.oid)),
      format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass,
        obj_description(k.oid, 'pg_constraint'))
    from pg_constraint as k
    where k.contype = 'f' and k.conparentid = 0 and k.confrelid <> k.conrelid
      and k.confrelid = to_regclass(${quoteLiteral(qualifiedName(target))})
    order by 1`);
  return rows.map(([what, drop, add, comment]) => ({
    what: what ?? "",
    drop: drop ?? "",
    again: [add ?? "", comment ?? ""],
  }));
}

/**
 * SQL: describes, as `what`, the foreign keys that delete or change rows when the rows are deleted that they refer to in the
 * table with the oid, in a partition of it, or in a table of which it is one.
 */
export function actingKeys(oid: string): string {
  return `
    select format('foreign key %I of %I.%I (on delete %s)', k.conname, n.nspname, r.relname,
        case k.confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end) as what
      from pg_constraint as k
      join pg_class as r on r.oid = k.conrelid join pg_namespace as n on n.oid = r.relnamespace
      where k.contype = 'f' and k.conparentid = 0 and k.confdeltype in ('c', 'n', 'd') and k.confrelid in (
        select ${oid} union select relid from pg_partition_tree(${oid})
        union select relid from pg_partition_ancestors(${oid}))`;
}

/** SQL: whether the table with the oid, or a partition of it, has a foreign key to the table or to one of its partitions. */
export function refersToItself(oid: string): string {
  return `exists (
    with parts as (select ${oid} as relid union all select relid from pg_partition_tree(${oid}))
    select from pg_constraint as k
    where k.contype = 'f' and k.confrelid in (select relid from parts)
      and k.conrelid in (select relid from parts))`;
}

/** Makes foreign keys again that were dropped in the session's transaction. */
export async function putBackInboundKeys(
  session: Session,
  keys: readonly DroppedKey[],
): Promise<void> {
  for (const { target, what, again } of keys) {
    try {
      for (const statement of again) await session.query(statement);
    } catch (error) {
      if (!(error instanceof SqlFailure)) throw error;
      throw new ActionFailure(
        {
          ...error.error,
          message: `${targetName(target)} was not changed: it would lose the ${what}: ${error.error.message}`,
          hint: `keep the columns and rows that it refers to, or drop the ${what} first`,
        },
        error,
      );
    }
  }
}
