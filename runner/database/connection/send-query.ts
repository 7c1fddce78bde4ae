import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import type { Client, ClientBase, QueryArrayResult } from "pg";
import { firstEvent } from "../../ending-listeners.ts";
import { type SqlError, SqlFailure } from "../../errors.ts";
import { noResult, type QueryResult } from "../database.ts";
import { toSqlFailure } from "../failures/sql-failure.ts";
import { columnsOf, listOf, type Part, sendTogether } from "./send-together.ts";

/**
 * Sends statements as `Session.query` does and returns the result of the last one. Throws an
 * `SqlFailure`.
 */
export async function sendQuery(
  client: ClientBase,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult> {
  const copies = copiesOf(client);
  const before = copies.count;
  try {
    // Only the extended protocol holds a text to one statement; without values the driver would not use it.
    const extended = values && { values: [...values], queryMode: "extended" };
    const config = { text, rowMode: "array", ...extended } as const;
    const results = listOf(await client.query(config)).map(toQueryResult);
    return lastOf(results, copies.count - before);
  } catch (error) {
    await untilAnswered(client);
    throw toSqlFailure(error, text, (client as Client).user);
  }
}

const copiesSent = new WeakMap<ClientBase, { count: number }>();

/** How many copies a connection has sent so far: the driver drops their rows. */
function copiesOf(client: ClientBase): { count: number } {
  const known = copiesSent.get(client);
  if (known !== undefined) return known;
  const copies = { count: 0 };
  (client as unknown as Answering).connection.on("copyOutResponse", () => copies.count++);
  copiesSent.set(client, copies);
  return copies;
}

/**
 * Sends statements in one message, each by itself; `take` gets the results of those that succeed. Throws the `SqlFailure`
 * of the first that fails: the later ones are left out then. Needs an open transaction, unless it is one statement.
 */
export async function sendParts(
  client: ClientBase,
  parts: readonly Part[],
  take: (results: readonly QueryResult[]) => void,
): Promise<void> {
  const [only] = parts;
  if (only && parts.length === 1 && !only.isKept) {
    return take([await sendQuery(client, only.text, only.values)]);
  }
  const { results, error } = await sendTogether(client, parts);
  take(results);
  if (error === undefined) return;
  await untilAnswered(client);
  throw toSqlFailure(error, parts[results.length]?.text ?? "", (client as Client).user);
}

/** Sends one statement that the server keeps prepared on this connection. Throws its `SqlFailure`. */
export async function sendKept(
  client: ClientBase,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult> {
  let result = noResult;
  await sendParts(client, [{ text, values, isKept: true }], ([only]) => {
    result = only ?? noResult;
  });
  return result;
}

/**
 * Sends statements before a text that may hold several, in one message, and returns the results of all. A position in
 * an error is that in the text.
 */
export async function sendJoined(
  client: ClientBase,
  before: readonly string[],
  text: string,
): Promise<QueryResult[]> {
  const lead = before.map((each) => `${each};\n`).join("");
  try {
    const results = await client.query({ text: `${lead}${text}`, rowMode: "array" } as const);
    return listOf(results).map(toQueryResult);
  } catch (error) {
    await untilAnswered(client);
    const { error: found, cause } = toSqlFailure(error, text, (client as Client).user);
    throw new SqlFailure(movedBack(found, lead.length), cause);
  }
}

/**
 * The driver rejects when the error arrives, but learns the transaction's new status one message
 * later. Code that reads the status before that takes a failed transaction for a healthy one.
 */
export async function untilAnswered(client: ClientBase): Promise<void> {
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

function lastOf(results: readonly QueryResult[], copies: number): QueryResult {
  const last = results.at(-1) ?? noResult;
  const before = results.slice(0, -1).filter(({ columns }) => columns.length > 0);
  const leftOut = before.length + copies;
  return leftOut === 0 ? last : { ...last, leftOut };
}

function toQueryResult({ fields, rows, rowCount, command }: QueryArrayResult): QueryResult {
  return {
    columns: columnsOf(fields ?? []),
    rows: (rows ?? []) as (string | null)[][],
    rowCount: rowCount ?? null,
    command: command ?? "",
  };
}
