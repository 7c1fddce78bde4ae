import type { QueryResult, Session } from "../database/database.ts";
import { SqlFailure } from "../errors.ts";

/**
 * Sends `prefix + query + suffix` and reports an error at its place in `query`, which is what the
 * author wrote. The suffix starts on a line of its own, so a comment at the end of the query is safe.
 */
export async function queryWithin(
  session: Session,
  prefix: string,
  query: string,
  suffix = "",
): Promise<QueryResult> {
  try {
    return await session.query(`${prefix}${query}\n${suffix}`);
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    const { position, ...rest } = error.error;
    const inside = position === undefined ? 0 : position - [...prefix].length;
    const at = inside >= 1 && inside <= [...query].length + 1 ? { position: inside } : {};
    throw new SqlFailure({ ...rest, statement: query, ...at }, error.cause);
  }
}
