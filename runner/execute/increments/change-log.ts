import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { readRelation } from "../../relation/relation.ts";
import { type Target, targetName } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";

/** The log of the changed keys of a followed table. */
export interface ChangeLog {
  /**
   * Twelve hexadecimal digits, the same for all tables that follow the same columns of the table.
   */
  id: string;
  /** The table of the log as SQL. */
  table: string;
}

/** Returns the log of a followed table. */
export function changeLogOf({ target, columns, appendOnly, isOwn }: Follow): ChangeLog {
  const sources = columns.map(({ source }) => source);
  const kind = [...(appendOnly ? [appendOnly.column] : []), ...(isOwn ? [true] : [])];
  const parts = [target.schema, target.name, sources, ...kind];
  const id = shortHash(JSON.stringify(parts));
  return { id, table: tableOf(id) };
}

// A trigger with transition tables can be for one kind of statement only.
const events = ["insert", "update", "delete", "truncate"] as const;

/**
 * A table that follows itself logs only deleted rows; other changes of its rows are found by
 * assertions.
 */
function eventsOf({ isOwn }: Follow): readonly (typeof events)[number][] {
  return isOwn ? ["delete", "truncate"] : events;
}

/**
 * Whether every trigger of the log exists and is enabled, and the log's columns have the types of the
 * key. For a table that Citus spreads, which has no triggers: whether there is such a log.
 */
export async function hasTriggers(session: Session, follow: Follow): Promise<boolean> {
  const on = `to_regclass(${quoteLiteral(qualifiedName(follow.target))})`;
  if (follow.spread) {
    const { rows } = await session.query(
      `select ${typesOf(on, follow)} = ${typesOf(logOf(follow), follow)}`,
    );
    return rows[0]?.[0] === "t";
  }
  const names = eventsOf(follow).map((event) =>
    quoteLiteral(triggerName(changeLogOf(follow).id, event)),
  );
  const { rows } = await session.query(`
    select count(*), ${typesOf(on, follow)} = ${typesOf(logOf(follow), follow)}
    from pg_catalog.pg_trigger
    where tgrelid = ${on}
      and tgname in (${names.join(", ")})
      and tgenabled in ('O', 'A')`);
  return Number(rows[0]?.[0]) === names.length && rows[0]?.[1] === "t";
}

function logOf(follow: Follow): string {
  return `to_regclass(${quoteLiteral(changeLogOf(follow).table)})`;
}

/** The types of the key's columns in a relation, as SQL; NULL when there is no such relation. */
function typesOf(relation: string, { columns }: Follow): string {
  const names = columns.map(({ source }) => quoteLiteral(source)).join(", ");
  return `(
    select pg_catalog.array_agg(atttypid order by attname)
    from pg_catalog.pg_attribute
    where attrelid operator(pg_catalog.=) ${relation}
      and attname operator(pg_catalog.=) any (array[${names}]::pg_catalog.name[])
      and not attisdropped
  )`;
}

/**
 * Makes the log of a table and the triggers that write it, in the session's transaction. The lock waits
 * for writers of the table and keeps new ones out until the transaction ends, so every change that is
 * committed later is in the log. Throws ActionFailure for a relation that cannot have such triggers.
 */
export async function makeChangeLog(session: Session, follow: Follow): Promise<void> {
  await refuseOthers(session, follow);
  if (!follow.spread) await refuseMissingRight(session, follow);
  const { table, id } = changeLogOf(follow);
  const on = qualifiedName(follow.target);
  const keys = namesOf(follow);
  await session.query(`lock table ${on} in share row exclusive mode`);
  await dropChangeLog(session, follow.target, id);
  await session.query(`
    create table ${table} as
    select null::xid8 as dataform_xid, ${keys.join(", ")} from ${on} with no data`);
  await session.query(`create index changes_${id}_idx on ${table} (dataform_xid)`);
  if (follow.spread) return;
  await session.query(functionOf(follow));
  // No other role may use the function in a trigger, because it would read the columns of that role's
  // table with the runner's rights.
  await session.query(`revoke all on function ${ownSchema}.log_${id}() from public`);
  for (const event of eventsOf(follow)) {
    const name = quoteIdentifier(triggerName(id, event));
    await session.query(
      `create trigger ${name} after ${event} on ${on}${referencing[event]} for each statement execute function ${ownSchema}.log_${id}()`,
    );
  }
}

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
    where attrelid = to_regclass(${quoteLiteral(qualifiedName(target))})
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

/** Removes the triggers, the function and the table of a log, by its id. */
export async function dropChangeLog(session: Session, target: Target, id: string): Promise<void> {
  const table = tableOf(id);
  const on = qualifiedName(target);
  const { rows } = await session.query(
    `select to_regclass(${quoteLiteral(on)}) is not null and to_regclass(${quoteLiteral(table)}) is not null`,
  );
  for (const event of rows[0]?.[0] === "t" ? events : []) {
    const name = quoteIdentifier(triggerName(id, event));
    await session.query(`drop trigger if exists ${name} on ${on}`);
  }
  await session.query(`drop function if exists ${ownSchema}.log_${id}()`);
  await session.query(`drop table if exists ${table}`);
}

function tableOf(id: string): string {
  return `${ownSchema}.changes_${id}`;
}

function triggerName(id: string, event: (typeof events)[number]): string {
  return `dataform_changes_${id}_${event}`;
}

function namesOf({ columns }: Follow): string[] {
  return columns.map(({ source }) => quoteIdentifier(source));
}

const referencing: Record<(typeof events)[number], string> = {
  insert: " referencing new table as dataform_new",
  update: " referencing old table as dataform_old new table as dataform_new",
  delete: " referencing old table as dataform_old",
  truncate: "",
};

// The function runs with the rights of the runner, because other writers of the table have no right to
// write the log. So it reads no column whose type has changed since: a cast to the old type may call
// code of another role. A row with NULL in all keys means "every key": no row is followed by a key
// without a value.
function functionOf(follow: Follow): string {
  const { table, id } = changeLogOf(follow);
  const keys = namesOf(follow).join(", ");
  const add = (query: string) => `insert into ${table} (dataform_xid, ${keys}) ${query};`;
  const from = (relation: string) => `select ${keys} from ${relation}`;
  const changed = (relations: string) =>
    add(`select distinct pg_catalog.pg_current_xact_id(), ${keys} from (${relations}) as changed`);
  return `
    create or replace function ${ownSchema}.log_${id}() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $dataform$
    begin
      if ${typesOf("tg_relid", follow)}
        is distinct from ${typesOf(`${logOf(follow).replace("to_regclass", "pg_catalog.to_regclass")}`, follow)}
        or tg_op operator(pg_catalog.=) 'TRUNCATE'
      then
        ${add(`values (pg_catalog.pg_current_xact_id()${", null".repeat(follow.columns.length)})`)}
      elsif tg_op = 'INSERT' then
        ${changed(from("dataform_new"))}
      elsif tg_op = 'DELETE' then
        ${changed(from("dataform_old"))}
      else
        ${changed(`${from("dataform_old")} union all ${from("dataform_new")}`)}
      end if;
      return null;
    end
    $dataform$`;
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

async function refuseOthers(session: Session, follow: Follow): Promise<void> {
  const { target } = follow;
  const { rows } = await session.query(`
    select relkind::text from pg_catalog.pg_class
    where oid = to_regclass(${quoteLiteral(qualifiedName(target))})`);
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
}

async function refuseMissingRight(session: Session, { target }: Follow): Promise<void> {
  const { rows } = await session.query(
    `select has_table_privilege(to_regclass(${quoteLiteral(qualifiedName(target))})::oid, 'trigger')`,
  );
  if (rows[0]?.[0] === "t") return;
  throw new ActionFailure({
    message: `postgres.follows names ${targetName(target)}, and this role may not put a trigger on it`,
    hint: `as its owner: grant trigger on ${qualifiedName(target)} to the role of the runner`,
  });
}
