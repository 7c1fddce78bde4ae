import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { ActionFailure, type SqlError, SqlFailure } from "../errors.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { Distribution } from "../plan/distribution/distribution.ts";
import {
  distribute,
  distributeStatement,
  requireDistributionColumn,
} from "../relation/distribution.ts";
import { isRefusedByCitus, withCitusHint } from "../relation/refused-by-citus.ts";
import { readRelation } from "../relation/relation.ts";
import type { ParsedStatement } from "../sql/parse-sql.ts";
import { type Target, targetKey } from "../target.ts";
import { type DefineContext, readQuery } from "./define.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

/**
 * Has Citus plan a statement, which PostgreSQL alone does not tell: spread tables of the overlay are spread
 * too. Throws ActionFailure for what it refuses; every other error is found when the statement is checked.
 */
export async function refuseOnNodes(
  session: Session,
  overlay: Overlay,
  statement: ParsedStatement,
): Promise<void> {
  if (!overlay.spreadTables) return;
  await overlay.earlier.bring(statement.text);
  const explain = () => sendMoved(session, overlay, statement, { before: "explain\n" });
  const failed = await failureOf(session, explain);
  if (failed && isRefused(failed.error)) throw failed.with(withCitusHint(failed.error));
}

/** The same for a query, which has to be one statement. */
export async function refuseQueryOnNodes(
  sql: string,
  { session, overlay }: DefineContext,
): Promise<void> {
  if (overlay.spreadTables) await refuseOnNodes(session, overlay, await readQuery(sql));
}

/** Whether Citus says it when it plans: it has no code of its own for most of what it refuses. */
function isRefused(error: SqlError): boolean {
  const { sqlstate, message } = error;
  return (
    isRefusedByCitus(error) ||
    sqlstate === "XX000" ||
    (sqlstate === "22004" && message.includes("partition column"))
  );
}

/** What Citus says to readers of all rows of a view, which a run does not read; undefined when nothing. */
export async function refusedReaders(
  sql: string,
  context: DefineContext,
): Promise<string | undefined> {
  try {
    await refuseQueryOnNodes(sql, context);
    return undefined;
  } catch (error) {
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    const { message, hint } = error.error;
    return `Citus refuses to read all of it: ${message}${hint ? ` (${hint})` : ""}`;
  }
}

/**
 * Spreads the empty table of the overlay as the run will, so that later queries are planned as they will
 * be. One that Citus does not take stays local: it tells less, and nothing wrong.
 */
export async function spreadCopy({
  session,
  overlay,
  target,
  distribution,
}: DefineContext): Promise<void> {
  if (!distribution || !overlay.has(target)) return;
  const place = await overlay.take(target);
  const copy = await readRelation(session, place);
  if (copy?.kind !== "table") return;
  requireDistributionColumn(target, distribution, copy.columns);
  const { column, current, colocateWith, shardCount } = distribution;
  const planned = colocateWith && overlay.has(colocateWith);
  const beside = planned ? await overlay.take(colocateWith) : colocateWith;
  const together = current?.isSame ? target : beside;
  const spread = {
    ...(column !== undefined && { column }),
    ...(together ? { colocateWith: together } : shardCount !== undefined && { shardCount }),
  };
  await spreadAs(session, overlay, place, spread);
}

/** Spreads the copy of a table that exists as Citus spreads that one. */
export async function spreadLike(
  session: Session,
  overlay: Overlay,
  target: Target,
): Promise<void> {
  const known = overlay.spreadTables?.get(targetKey(target));
  if (!known) return;
  const { column } = known;
  const spread = column === undefined ? {} : { column, colocateWith: target };
  await spreadAs(session, overlay, await overlay.take(target), spread);
}

async function spreadAs(
  session: Session,
  overlay: Overlay,
  place: Target,
  spread: Distribution,
): Promise<void> {
  const failed = await failureOf(session, () => distribute(session, place, spread));
  const again = distributeStatement(qualifiedName(place), spread);
  if (!failed) overlay.earlier.alsoSend(place.schema, place.name, again);
}

/** What PostgreSQL says against it, if anything; the transaction goes on. */
async function failureOf(
  session: Session,
  send: () => Promise<unknown>,
): Promise<SqlFailure | undefined> {
  try {
    await afterSavepoint(session, send);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlFailure) || error.error.connectionLost) throw error;
    return error;
  }
}
