import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { SqlFailure } from "../errors.ts";
import { qualifiedName } from "../names/identifiers.ts";
import {
  distribute,
  distributeStatement,
  requireDistributionColumn,
} from "../relation/distribution.ts";
import { isRefusedByCitus, withCitusHint } from "../relation/refused-by-citus.ts";
import { readRelation } from "../relation/relation.ts";
import { type DefineContext, readQuery } from "./define.ts";
import { sendMoved } from "./send-moved.ts";

/**
 * Has Citus plan a query, which PostgreSQL alone does not tell: spread tables of the overlay are spread
 * too. Throws ActionFailure for what it refuses; every other error is found when the query is defined.
 */
export async function refuseOnNodes(
  sql: string,
  { session, overlay }: DefineContext,
): Promise<void> {
  const query = await readQuery(sql);
  const explain = () => sendMoved(session, overlay, query, { before: "explain\n" });
  const failed = await failureOf(session, explain);
  if (failed && isRefusedByCitus(failed.error)) throw failed.with(withCitusHint(failed.error));
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
