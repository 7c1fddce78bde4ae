import type { QueryResult, Session } from "../../database/database.ts";
import { SqlFailure } from "../../errors.ts";
import { bareQuery } from "../../sql/bare-query.ts";
import { explainSecondStatement } from "../../sql/one-statement.ts";

/**
 * Sends `prefix + query + suffix` and reports an error at its position in `query`, the part that the
 * author wrote. The query has to be one statement: a second one, for example from a variable, is
 * refused and none is executed. Before a suffix, semicolons and comments at the end of the query are
 * removed.
 */
export async function queryWithin(
  session: Session,
  prefix: string,
  query: string,
  suffix = "",
): Promise<QueryResult> {
  try {
    // With parameters, even an empty list, PostgreSQL accepts one statement only.
    const embedded = suffix === "" ? query : `${bareQuery(query)}\n${suffix}`;
    return await session.authored(`${prefix}${embedded}`, []);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    await explainSecondStatement(query, error.error);
    const { position, ...rest } = error.error;
    const inside = position === undefined ? 0 : position - [...prefix].length;
    const at = inside >= 1 && inside <= [...query].length + 1 ? { position: inside } : {};
    throw error.with({ ...rest, statement: query, ...at });
  }
}
