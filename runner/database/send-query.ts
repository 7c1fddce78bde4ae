import type { Client, ClientBase, QueryArrayResult } from "pg";
import type { QueryResult } from "./database.ts";
import { toSqlFailure } from "./sql-failure.ts";

/**
 * Sends statements as `Session.query` does and returns the result of the last one. Throws an
 * `SqlFailure`.
 */
export async function sendQuery(
  client: ClientBase,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult> {
  try {
    // Only the extended protocol holds a text to one statement; without values the driver would not use it.
    const extended = values && { values: [...values], queryMode: "extended" };
    const config = { text, rowMode: "array", ...extended } as const;
    return toQueryResult(await client.query(config));
  } catch (error) {
    throw toSqlFailure(error, text, (client as Client).user);
  }
}

/** The driver returns an array of results when the text held several statements. */
function toQueryResult(results: QueryArrayResult | QueryArrayResult[]): QueryResult {
  const last = Array.isArray(results) ? results.at(-1) : results;
  return {
    columns: (last?.fields ?? []).map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })),
    rows: (last?.rows ?? []) as (string | null)[][],
    rowCount: last?.rowCount ?? null,
    command: last?.command ?? "",
  };
}
