import type { Session } from "../../database/database.ts";
import { mayRead } from "../../database/warehouse/may-read.ts";
import { isSpread } from "../../database/warehouse/spread-tables.ts";
import { ActionFailure } from "../../errors.ts";
import { quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import { wordsOf } from "../../names/words-of.ts";
import { parseSql } from "../../sql/parse-sql.ts";
import { writtenNames } from "../../sql/written-names.ts";
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

/**
 * Logs every key of the followed tables that Citus spreads and that SQL of an author, which the session has just sent, names
 * as those that it writes to. What functions change is not known.
 */
export async function logWritten(session: Session, sql: string): Promise<void> {
  if (!(await mayRead(session, { schema: ownSchema, name: "followers" }))) return;
  const { rows } = await session.query(`
    select distinct followed_schema, followed_name
    from ${ownSchema}.followers
    where exists (
      select 1 from pg_dist_partition
      where logicalrelid = to_regclass(format('%I.%I', followed_schema, followed_name)) and ${isSpread})`);
  for (const [schema, name] of rows) {
    const target = { schema: schema ?? "", name: name ?? "" };
    if (await mayWrite(sql, target)) await logEveryKey(session, target);
  }
}

const writing = new Set([
  ...["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt", "CopyStmt"],
  // Their `with` may write.
  ...["SelectStmt", "CreateTableAsStmt"],
]);

/** Whether SQL names a table as one that it writes to; of code every word counts. */
async function mayWrite(sql: string, { schema, name }: Target): Promise<boolean> {
  const hasWord = (text: string) => wordsOf(text)?.includes(name) ?? true;
  try {
    return (await parseSql(sql)).some((statement) =>
      writing.has(statement.kind)
        ? writtenNames(statement).some(
            (each) => each.name === name && (each.schema ?? schema) === schema,
          )
        : statement.kind === "DoStmt" && hasWord(statement.text),
    );
  } catch (error) {
    if (error instanceof ActionFailure) return hasWord(sql);
    throw error;
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
