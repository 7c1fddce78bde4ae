import type { Readable, Stream } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientBase } from "pg";
import { from } from "pg-copy-streams";
import { toSqlFailure } from "../failures/sql-failure.ts";

/**
 * Streams `source` into a `copy … from stdin` statement at the speed of the server and returns the
 * number of rows. When either fails nothing is loaded: an error of the source is thrown as it is,
 * one of the server as `SqlFailure`.
 */
export async function copyInto(
  client: ClientBase,
  statement: string,
  source: Readable,
  signal?: AbortSignal,
): Promise<number> {
  const target = client.query(from(statement));
  // Each stream ends the other one with its error; the stream that failed first is the cause.
  const failed: Stream[] = [];
  for (const stream of [source, target]) stream.once("error", () => failed.push(stream));
  try {
    await pipeline(source, target, signal === undefined ? {} : { signal });
    return target.rowCount;
  } catch (error) {
    throw failed[0] === source ? error : toSqlFailure(error, statement);
  }
}
