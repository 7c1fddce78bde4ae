import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { readRelation } from "../../relation/relation.ts";
import { targetName } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import { oidOf } from "./table-parts.ts";

/**
 * Throws ActionFailure when an append-only table cannot be followed by its column of transaction ids:
 * it is no table, or the column is missing or not of type xid8.
 */
export async function requireTransactions(session: Session, follow: Follow): Promise<void> {
  await refuseOthers(session, follow);
  const { target, appendOnly } = follow;
  const { rows } = await session.query(`
    select format_type(atttypid, atttypmod), attnotnull
    from pg_catalog.pg_attribute
    where attrelid = ${oidOf(target)}
      and attname = ${quoteLiteral(appendOnly?.column ?? "")} and not attisdropped`);
  const [type, isNotNull] = rows[0] ?? [];
  if (type === "xid8" && isNotNull === "t") return;
  const not = type === "xid8" ? "is not declared not null" : `is of type ${type}`;
  const is = type === undefined ? "does not exist" : not;
  throw new ActionFailure({
    message: `postgres.follows names the column "${appendOnly?.column}" of ${targetName(target)} as appendOnly, and it ${is}`,
    hint: "appendOnly names a column `xid8 not null default pg_current_xact_id()`; without one, follow the table by its key alone",
  });
}

// A trigger sees NULL in the place of a value that is computed when it is read.
async function refuseVirtualColumns(session: Session, { target, columns }: Follow): Promise<void> {
  const names = columns.map(({ source }) => quoteLiteral(source)).join(", ");
  const { rows } = await session.query(`
    select attname from pg_catalog.pg_attribute
    where attrelid = ${oidOf(target)} and attname = any (array[${names}]) and attgenerated = 'v'`);
  const [name] = rows[0] ?? [];
  if (name === undefined) return;
  throw new ActionFailure({
    message: `postgres.follows names the column "${name}" of ${targetName(target)}, which is a virtual generated column: triggers do not see its values`,
    hint: "generate it as stored, or follow the columns that it is computed from",
  });
}

async function refuseMissingColumns(session: Session, { target, columns }: Follow): Promise<void> {
  const names = ((await readRelation(session, target))?.columns ?? []).map(({ name }) => name);
  const missing = columns.find(({ source }) => !names.includes(source))?.source;
  if (missing === undefined) return;
  const [nearest] = nearestNames(missing, names, 1);
  throw new ActionFailure({
    message: `postgres.follows names the column "${missing}", which ${targetName(target)} does not have`,
    hint: nearest ? `did you mean "${nearest}"?` : `its columns are ${names.join(", ")}`,
  });
}

/** Throws ActionFailure for what is no table, or lacks a column of the key. */
export async function refuseOthers(session: Session, follow: Follow): Promise<void> {
  const { target } = follow;
  const { rows } = await session.query(`
    select relkind::text from pg_catalog.pg_class
    where oid = ${oidOf(target)}`);
  const [kind] = rows[0] ?? [];
  const name = targetName(target);
  if (kind === undefined) {
    throw new ActionFailure({
      message: `postgres.follows names ${name}, which does not exist yet`,
      hint: "run what makes it first",
    });
  }
  if (kind !== "r" && kind !== "p") {
    throw new ActionFailure({
      message: `postgres.follows names ${name}, which is no table: its changes cannot be known`,
      hint: "follow the tables that it reads",
    });
  }
  await refuseMissingColumns(session, follow);
  if (!follow.appendOnly) await refuseVirtualColumns(session, follow);
}

/** Why a role may not follow a table: it may not put a trigger on it or on one of its parts. */
export function missingRight({ target }: Follow, on: string): ActionFailure {
  return new ActionFailure({
    message: `postgres.follows names ${targetName(target)}, and this role may not put a trigger on ${on}`,
    hint: `as its owner: grant trigger on ${on} to the role of the runner`,
  });
}
