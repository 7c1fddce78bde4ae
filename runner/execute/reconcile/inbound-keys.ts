import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteLiteral } from "../../database/identifiers.ts";
import type { Target } from "../../target.ts";

const dropped = new WeakMap<Session, string[]>();

/**
 * Drops the declared foreign keys of other tables that refer to a table which is about to be made
 * anew; `putBackInboundKeys` makes them again once its own keys are there.
 */
export async function dropInboundKeys(session: Session, target: Target): Promise<void> {
  const { rows } = await session.query(`
    select
      format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
      format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname,
        pg_get_constraintdef(k.oid)),
      format('comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass,
        obj_description(k.oid, 'pg_constraint'))
    from pg_constraint as k
    where k.contype = 'f' and k.conparentid = 0 and k.confrelid <> k.conrelid
      and k.confrelid = to_regclass(${quoteLiteral(qualifiedName(target))})
      and (k.conname like 'dfpg\\_%'
        or obj_description(k.oid, 'pg_constraint') like 'dataform-postgres %')
    order by 1`);
  for (const [drop] of rows) await session.query(drop ?? "");
  const again = rows.flatMap(([, add, comment]) => [add ?? "", comment ?? ""]);
  dropped.set(session, [...(dropped.get(session) ?? []), ...again]);
}

/** Makes the foreign keys again that were dropped in this session's transaction. */
export async function putBackInboundKeys(session: Session): Promise<void> {
  const statements = dropped.get(session) ?? [];
  dropped.delete(session);
  for (const statement of statements) if (statement !== "") await session.query(statement);
}
