import type { Session } from "../../database/database.ts";
import { setSavepoint, undoSavepoint } from "../../database/savepoint.ts";
import { SqlFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ViewTask } from "../../plan/publish-task.ts";
import { type ChangedRelation, withoutDependents } from "../../relation/dependents.ts";
import type { DroppedKey } from "../../relation/inbound-keys.ts";
import { queryWithin } from "../stage/query-within.ts";

// "cannot drop columns from view", "cannot change name/type of view column"
const invalidTableDefinition = "42P16";

/**
 * The parts of a publication that replacing a view uses; the view of an assertion is replaced in the
 * same way.
 */
type ViewPublication = ChangedRelation & {
  task: Pick<ViewTask, "statement" | "dropFirst">;
};

/**
 * Replaces a view's definition; its columns may change, and views built on it stay. Returns the
 * foreign keys that it dropped with a table of that name.
 */
export async function replaceView(publication: ViewPublication): Promise<DroppedKey[]> {
  const { session, target, task } = publication;
  const view = qualifiedName(target);
  const options = await readOptionsAndSave(session, view);
  const define = () =>
    queryWithin(session, `create or replace view ${view}${options} as\n`, task.statement);
  if (task.dropFirst) return withoutDependents(publication, task.dropFirst, define);
  try {
    await define();
    return [];
  } catch (error) {
    if (!(error instanceof SqlFailure && error.error.sqlstate === invalidTableDefinition))
      throw error;
    await session.query(undoSavepoint);
    return withoutDependents(publication, "view", define);
  }
}

// Without its options PostgreSQL would remove settings made by hand, such as security_invoker.
async function readOptionsAndSave(session: Session, view: string): Promise<string> {
  session.later(setSavepoint);
  const { rows } = await session.catalogue(optionsQuery, [view]);
  return rows[0]?.[0] ?? "";
}

const optionsQuery = `
    select format(' with (%s)', string_agg(format('%s = %L', option_name, option_value), ', '))
    from pg_class as c, pg_options_to_table(c.reloptions)
    where c.oid = to_regclass($1) and c.relkind = 'v'
    having count(*) > 0`;
