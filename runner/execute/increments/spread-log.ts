import type { Session } from "../../database/database.ts";
import { quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { Target } from "../../target.ts";
import { hasOwnTable } from "../own-table.ts";

/**
 * Logs the keys of rows that the session is about to change in a table that Citus spreads, for the
 * tables that follow it: such a table has no triggers. `queries` give the rows as they were and will be.
 */
export async function logRows(
  session: Session,
  target: Target,
  queries: readonly string[],
): Promise<void> {
  for (const { table, columns } of await logsOf(session, target)) {
    const keys = columns.map(quoteIdentifier).join(", ");
    // The number of the transaction is the coordinator's: each node has others.
    const xid = await transactionOf(session);
    const rows = queries.map((query) => `select ${keys} from (${query}) as changed`);
    await session.query(
      `insert into ${table} (dataform_xid, ${keys}) select ${xid}, ${keys} from (${rows.join(" union ")}) as changed`,
    );
  }
}

/** The same, when any row may have changed: a key of NULLs means every key. */
export async function logEveryKey(session: Session, target: Target): Promise<void> {
  for (const { table } of await logsOf(session, target)) {
    await session.query(
      `insert into ${table} (dataform_xid) values (${await transactionOf(session)})`,
    );
  }
}

async function transactionOf(session: Session): Promise<string> {
  const { rows } = await session.query("select pg_current_xact_id()::text");
  return `${quoteLiteral(rows[0]?.[0] ?? "")}::xid8`;
}

/** The logs of a table that others follow; its own log is for rows that others delete. */
async function logsOf(
  session: Session,
  { schema, name }: Target,
): Promise<{ table: string; columns: string[] }[]> {
  if (!(await hasOwnTable(session, "followers"))) return [];
  const { rows } = await session.query(`
    select distinct log, to_jsonb(source_columns)::text
    from ${ownSchema}.followers
    where followed_schema = ${quoteLiteral(schema)} and followed_name = ${quoteLiteral(name)}
      and (follower_schema <> followed_schema or follower_name <> followed_name)
      and to_regclass('${ownSchema}.changes_' || log) is not null`);
  return rows.map(([log, columns]) => ({
    table: `${ownSchema}.changes_${log}`,
    columns: JSON.parse(columns ?? "[]") as string[],
  }));
}
