import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import { type Target, targetName } from "../../target.ts";

/**
 * Throws an ActionFailure when something that is no table and no view has the name of a relation that is
 * to be made: a sequence, an index or a type. A plan makes relations elsewhere and would not notice.
 */
export async function refuseOccupiedName(session: Session, target: Target): Promise<void> {
  const { rows } = await session.catalogue(occupiedQuery, [target.name, target.schema]);
  const what = rows[0]?.[0];
  if (!what) return;
  throw new ActionFailure({
    message: `${targetName(target)} cannot be made: ${what} of that name is there`,
    hint: "give the action another name, or drop the object that has it",
  });
}

const occupiedQuery = `
    select case c.relkind when 'S' then 'a sequence' when 'c' then 'a composite type' else 'an index' end
    from pg_class as c
    where c.relname = $1 and c.relkind not in ('r', 'p', 'f', 'v', 'm')
      and c.relnamespace = (select oid from pg_namespace where nspname = $2)
    union all
    select 'a type' from pg_type as t
    where t.typname = $1 and t.typrelid = 0 and t.typcategory <> 'A'
      and t.typnamespace = (select oid from pg_namespace where nspname = $2)`;

/** Throws an ActionFailure when a view is another role's: PostgreSQL lets only its owner replace it. */
export async function refuseOthersView(session: Session, target: Target): Promise<void> {
  const { rows } = await session.query(`
    select format('must be owner of view %s', c.relname)
    from pg_class as c
    where c.relname = ${quoteLiteral(target.name)} and c.relkind = 'v'
      and c.relnamespace = ${schemaOf(target)}
      and not pg_has_role(current_user, c.relowner, 'usage')`);
  const message = rows[0]?.[0];
  if (message) throw new ActionFailure({ message, sqlstate: "42501" });
}

function schemaOf({ schema }: Target): string {
  return `(select oid from pg_namespace where nspname = ${quoteLiteral(schema)})`;
}
