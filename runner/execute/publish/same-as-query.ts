import type { QueryResult, Session } from "../../database/database.ts";
import { isCancelled, isStatementTimeout } from "../../database/failures/timeouts.ts";
import { isTransient } from "../../database/failures/transient.ts";
import { afterSavepoint } from "../../database/savepoint.ts";
import { type SqlError, SqlFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { PlainColumn } from "../../relation/plain-facts.ts";
import { bareQuery } from "../../sql/bare-query.ts";
import type { Target } from "../../target.ts";
import { keepTemporarySchema, needsTemporarySchema } from "../stage/temporary-schema.ts";

// A query that takes longer is run once, into a stage.
const mostMillis = 1000;

/**
 * Compares a table with its query in one statement, without a stage: the names, types and order of the columns, and the
 * rows, bit by bit and in any order. Returns the number of rows when both are the same, and undefined when they are not
 * or that cannot be said: then nothing is left of it. Otherwise the table is locked against other writers.
 */
export async function rowsOfSame(
  session: Session,
  target: Target,
  query: string,
  columns: readonly PlainColumn[],
): Promise<number | undefined> {
  const table = qualifiedName(target);
  const compared = comparison(table, query, columns);
  const compare = async () => {
    session.later(`lock table ${table} in share row exclusive mode`);
    session.later(`set local statement_timeout = ${mostMillis}`, "within");
    const answer = await session.authored(compared, []);
    if (answer.rows[0]?.[3] === "t") keepTemporarySchema(session);
    return sameRows(answer);
  };
  try {
    return await afterSavepoint(session, compare, (count) => count !== undefined);
  } catch (error) {
    if (!(error instanceof SqlFailure) || !isOfQuery(error.error, compared)) throw error;
    // The stage gives the error of the query, in the author's words.
    return undefined;
  }
}

/** Whether the comparison itself has failed, and not because somebody ended it or it is to be tried again. */
function isOfQuery(error: SqlError, compared: string): boolean {
  if (error.statement !== compared || isTransient(error)) return false;
  return !isCancelled(error) || isStatementTimeout(error, mostMillis);
}

/** The number of rows, when the table and the query have the same columns and the same rows. */
function sameRows({ columns, rows }: QueryResult): number | undefined {
  const [count, differing, isSame] = rows[0] ?? [];
  const both = columns.slice(known.length);
  const half = both.length / 2;
  const haveSameColumns = both.slice(0, half).every(({ name, typeOid, typeModifier }, index) => {
    const other = both[index + half];
    return other?.name === name && other.typeOid === typeOid && other.typeModifier === typeModifier;
  });
  return haveSameColumns && differing === "0" && isSame === "t" ? Number(count) : undefined;
}

const known = ["count", "differing", "is_same", "needs_schema"];

/**
 * The rows of the query count 1 and those of the table -1: when both are the same, the sum up to each row and those like
 * it is 0. The columns of the table and of the query come behind, since their types and lengths are told with the
 * answer, but for domains and collations. The query stands first, where it sees no name but its own. It is sent with the
 * author's search path, so everything says where it stands.
 */
function comparison(table: string, query: string, columns: readonly PlainColumn[]): string {
  const alike = (of: string, name: string) =>
    `pg_catalog.${of}(t.${name}) operator(pg_catalog.=) pg_catalog.${of}(q.${name})`;
  const same = columns.flatMap(({ name, isText }) => [
    alike("pg_typeof", name),
    ...(isText ? [alike("pg_collation_for", name)] : []),
  ]);
  return `with q as materialized (
${bareQuery(query)}
), both_of_them as (
  select row(q.*)::pg_catalog.record as r, 1 as n from q union all select row(t.*), -1 from only ${table} as t
), summed as (
  select n, pg_catalog.sum(n) over (order by r using operator(pg_catalog.*<)) as total from both_of_them
), counted as (
  select pg_catalog.count(*) filter (where n operator(pg_catalog.>) 0) as count,
    pg_catalog.count(*) filter (where total operator(pg_catalog.<>) 0) as differing
  from summed
)
select counted.count, counted.differing, ${same.join(" and ")}, ${needsTemporarySchema}, t.*, q.*
from counted left join only ${table} as t on false left join q on false`;
}
