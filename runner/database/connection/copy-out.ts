import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientBase } from "pg";
import { to } from "pg-copy-streams";
import { toSqlFailure } from "../failures/sql-failure.ts";

/** Streams a `copy … to stdout` statement into `target`, which stays open; returns the rows. */
export async function copyOut(
  client: ClientBase,
  statement: string,
  target: Writable,
  signal?: AbortSignal,
): Promise<number> {
  const source = client.query(to(statement));
  let failed: unknown;
  source.once("error", (error) => {
    failed = error;
  });
  try {
    await pipeline(source, target, { end: false, ...(signal && { signal }) });
    return source.rowCount;
  } catch (error) {
    throw failed === undefined ? error : toSqlFailure(failed, statement);
  }
}
