import type { Session } from "../../database/database.ts";
import { queryEach } from "../../database/in-turn.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { missingRight, refuseOthers } from "./followable.ts";
import { familyOf, oidOf } from "./table-parts.ts";

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

/** Whether there is a log whose columns have the types of the key, with their lengths and collations. */
export async function hasLog(session: Session, follow: Follow): Promise<boolean> {
  const { rows } = await session.query(
    `select ${typesOf(oidOf(follow.target), follow)} = ${typesOf(logOf(follow), follow)}`,
  );
  return rows[0]?.[0] === "t";
}

function logOf(follow: Follow): string {
  return `to_regclass(${quoteLiteral(changeLogOf(follow).table)})`;
}

/**
 * The types of the key's columns in a relation, with their lengths and collations, as SQL; NULL when there is no such
 * relation. Virtual columns are left out: a trigger does not see their values.
 */
function typesOf(relation: string, { columns }: Follow): string {
  const names = columns.map(({ source }) => quoteLiteral(source)).join(", ");
  return `(
    select pg_catalog.array_agg(pg_catalog.concat_ws(' ', atttypid, atttypmod, attcollation) order by attname)
    from pg_catalog.pg_attribute
    where attrelid operator(pg_catalog.=) ${relation}
      and attname operator(pg_catalog.=) any (array[${names}]::pg_catalog.name[])
      and not attisdropped and attgenerated operator(pg_catalog.<>) 'v'
  )`;
}

/**
 * Makes the log of a table and the triggers that write it, in the session's transaction. Its lock waits
 * for writers of the table and keeps new ones out until the transaction ends, so every change that is
 * committed later is in the log. Throws ActionFailure for a relation that cannot have such triggers.
 */
export async function makeChangeLog(session: Session, follow: Follow): Promise<void> {
  await refuseOthers(session, follow);
  const { table, id } = changeLogOf(follow);
  const on = qualifiedName(follow.target);
  // Making a trigger takes the same lock, and asks for no right to write.
  if (follow.spread) await session.query(`lock table ${on} in share row exclusive mode`);
  await session.query(`drop table if exists ${table}`);
  await session.query(`
    create table ${table} as
    select null::xid8 as dataform_xid, ${namesOf(follow).join(", ")} from ${on} with no data`);
  await session.query(`create index changes_${id}_idx on ${table} (dataform_xid)`);
  await addTriggers(session, follow);
}

/**
 * Makes the triggers of a log on the table, its partitions and its child tables where they are missing
 * or disabled, and their function where it is missing or an earlier version of the runner made it: a statement that names a
 * partition runs the triggers of the partition alone. Where the role owns the table, they also run under
 * `session_replication_role = replica`.
 */
export async function addTriggers(session: Session, follow: Follow): Promise<void> {
  if (follow.spread) return;
  const { id } = changeLogOf(follow);
  await makeFunction(session, follow);
  const events = eventsOf(follow);
  const { rows } = await session.query(`
    with recursive ${familyOf(oidOf(follow.target))}
    select format('%I.%I', n.nspname, c.relname), has_table_privilege(c.oid, 'trigger'),
      pg_has_role(c.relowner, 'usage')
    from family join pg_class as c on c.oid = family.oid
    join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and ${events.length} > (
      select count(*) from pg_trigger
      where tgrelid = c.oid
        and (tgenabled = 'A' or tgenabled = 'O' and not pg_has_role(c.relowner, 'usage'))
        and tgname in (${events.map((event) => quoteLiteral(triggerName(id, event))).join(", ")}))
    order by c.oid`);
  for (const [on, isAllowed, isOwner] of rows) {
    if (isAllowed !== "t") throw missingRight(follow, on ?? "");
    const statements = events.flatMap((event) => {
      const trigger = quoteIdentifier(triggerName(id, event));
      const made = `create or replace trigger ${trigger} after ${event} on ${on}${referencing[event]} for each statement execute function ${functionName(id)}`;
      return isOwner === "t"
        ? [made, `alter table ${on} enable always trigger ${trigger}`]
        : [made];
    });
    await queryEach(session, statements);
  }
}

/**
 * Removes the triggers, the function and the table of a log, by its id. Where the role may not drop a
 * trigger, which only the owner of the table may, the function stays and does nothing.
 */
export async function dropChangeLog(session: Session, id: string): Promise<void> {
  const { rows } = await session.query(`
    select format('%I on %I.%I', t.tgname, n.nspname, c.relname), pg_has_role(c.relowner, 'usage')
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where t.tgfoid = to_regprocedure('${functionName(id)}')`);
  for (const [trigger, isOwner] of rows) {
    if (isOwner === "t") await session.query(`drop trigger ${trigger}`);
  }
  const isUsed = rows.some(([, isOwner]) => isOwner !== "t");
  await session.query(
    isUsed
      ? `create or replace function ${functionName(id)} returns trigger language plpgsql as 'begin return null; end'`
      : `drop function if exists ${functionName(id)}`,
  );
  await session.query(`drop table if exists ${tableOf(id)}`);
}

function functionName(id: string): string {
  return `${ownSchema}.log_${id}()`;
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

async function makeFunction(session: Session, follow: Follow): Promise<void> {
  const name = functionName(changeLogOf(follow).id);
  const body = bodyOf(follow);
  const { rows } = await session.query(`
    select from pg_proc
    where oid = to_regprocedure('${name}')
      and (prosrc = ${quoteLiteral(body)} or not pg_has_role(proowner, 'usage'))`);
  if (rows.length > 0) return;
  await session.query(`
    create or replace function ${name} returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $dataform$${body}$dataform$`);
  // No other role may use the function in a trigger, because it would read the columns of that role's
  // table with the runner's rights.
  await session.query(`revoke all on function ${name} from public`);
}

// The function runs with the rights of the runner, because other writers of the table have no right to
// write the log. So it reads no column whose type has changed since: a cast to the old type may call
// code of another role. A row with NULL in all keys means "every key": no row is followed by a key
// without a value.
function bodyOf(follow: Follow): string {
  const { table } = changeLogOf(follow);
  const keys = namesOf(follow).join(", ");
  const add = (query: string) => `insert into ${table} (dataform_xid, ${keys}) ${query};`;
  const from = (relation: string) => `select ${keys} from ${relation}`;
  const changed = (relations: string) =>
    add(`select distinct pg_catalog.pg_current_xact_id(), ${keys} from (${relations}) as changed`);
  return `
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
    end`;
}
