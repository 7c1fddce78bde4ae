import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import type { RelationKind, Target } from "../target.ts";

/**
 * The head of a statement that makes `onto` from a query, ending in `as`: unlogged, in the tablespace
 * and with the access method of the relation that has the target's name.
 */
export async function creationAlike(
  session: Session,
  target: Target,
  onto: Target,
  kind: Exclude<RelationKind, "view">,
): Promise<string> {
  const { rows } = await session.query(`
    select concat_ws(' ', 'create',
      case when c.relpersistence = 'u' and ${quoteLiteral(kind)} = 'table' then 'unlogged' end,
      ${quoteLiteral(kind)}, ${quoteLiteral(qualifiedName(onto))},
      (select format('using %I', m.amname) from pg_am as m
        where m.oid = c.relam and c.relkind in ('r', 'm')),
      (select format('tablespace %I', s.spcname) from pg_tablespace as s where s.oid = c.reltablespace),
      'as')
    from pg_class as c where c.oid = to_regclass(${quoteLiteral(qualifiedName(target))})`);
  return rows[0]?.[0] ?? `create ${kind} ${qualifiedName(onto)} as`;
}
