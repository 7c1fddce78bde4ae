import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Client, ClientBase, QueryArrayResult } from "pg";
import { firstEvent } from "../../ending-listeners.ts";
import { type SqlError, SqlFailure } from "../../errors.ts";
import type { QueryResult } from "../database.ts";
import { toSqlFailure } from "../failures/sql-failure.ts";
import { sendBoth } from "./send-both.ts";

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
    return toQueryResult(listOf(await client.query(config)).at(-1));
  } catch (error) {
    await untilAnswered(client);
    throw toSqlFailure(error, text, (client as Client).user);
  }
}

/**
 * The same with one more statement before it in the same message, and returns the row of that one
 * too. Needs an open transaction, so that nothing is left of the first when the second fails.
 */
export async function sendQueryAfter(
  client: ClientBase,
  before: string,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<{ row: (string | null)[]; result: QueryResult }> {
  // As one of two the server's activity shows it alone.
  const isOne = values !== undefined || !text.includes(";");
  try {
    const results = isOne
      ? await sendBoth(client, before, text, values ?? [])
      : await client.query({ text: `${before};\n${text}`, rowMode: "array" } as const);
    const [first, ...others] = listOf(results);
    return { row: toQueryResult(first).rows[0] ?? [], result: toQueryResult(others.at(-1)) };
  } catch (error) {
    await untilAnswered(client);
    const { error: found, cause } = toSqlFailure(error, text, (client as Client).user);
    throw new SqlFailure(isOne ? found : movedBack(found, before.length + 2), cause);
  }
}

/**
 * The driver rejects when the error arrives, but learns the transaction's new status one message
 * later. Code that reads the status before that takes a failed transaction for a healthy one.
 */
async function untilAnswered(client: ClientBase): Promise<void> {
  const { connection, readyForQuery } = client as unknown as Answering;
  if (readyForQuery || connection.stream.destroyed) return;
  await firstEvent(connection, ["readyForQuery", "end"]);
}

/** What the driver's types leave out. */
interface Answering {
  readyForQuery: boolean;
  connection: EventEmitter & { stream: Duplex };
}

/** An error counts its place from the beginning of the message. */
function movedBack({ position, ...error }: SqlError, by: number): SqlError {
  return position === undefined || position <= by ? error : { ...error, position: position - by };
}

/** The driver returns an array of results when the text held several statements. */
function listOf(results: QueryArrayResult | QueryArrayResult[]): QueryArrayResult[] {
  return Array.isArray(results) ? results : [results];
}

function toQueryResult(last: QueryArrayResult | undefined): QueryResult {
  return {
    columns: (last?.fields ?? []).map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID })),
    rows: (last?.rows ?? []) as (string | null)[][],
    rowCount: last?.rowCount ?? null,
    command: last?.command ?? "",
  };
}
