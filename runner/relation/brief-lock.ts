import { setTimeout } from "node:timers/promises";
import type { Session } from "../database/database.ts";
import { isLockTimeout } from "../database/failures/timeouts.ts";
import { blame } from "../database/locks/blame-blockers.ts";
import { findUsers } from "../database/locks/lock-blockers.ts";
import { sentAfterSavepoint } from "../database/savepoint.ts";
import { ActionFailure, SqlFailure } from "../errors.ts";
import { quoteLiteral } from "../names/identifiers.ts";

const attemptMillis = 100;
// Most readers are gone soon: the first pauses are shorter.
const [firstPauseMillis, mostPauseMillis] = [50, 300];
const mostAttempts = 150;

// Two swaps that need each other's relations would deadlock, so only one swap at a time may rename.
// This lock is taken before the short timeout is set: a session that waits for it blocks no reader.
const oneSwapAtATime =
  "select pg_advisory_xact_lock(hashtextextended('dataform_postgres.swap', 0))";

/** Locks relations (names as SQL) against readers too, as `takeBriefly` does. */
export function lockBriefly(session: Session, relations: readonly string[]): Promise<void> {
  const locks = relations.map((name) => `lock table only ${name} in access exclusive mode`);
  return takeBriefly(session, relations, locks);
}

/**
 * Sends statements that lock relations (names as SQL) against readers: all of them, or none. A
 * session that waits for such a lock makes every new reader wait, so the lock is asked for briefly
 * and repeatedly, for about a minute; then the error names the sessions that hold the relations.
 * Needs an open transaction and blocks other callers until that ends.
 */
export async function takeBriefly(
  session: Session,
  relations: readonly string[],
  statements: readonly string[],
  attempts = mostAttempts,
): Promise<void> {
  const before = await session.query("select current_setting('lock_timeout')");
  const restore = timeoutOf(before.rows[0]?.[0] ?? "0");
  const briefly = timeoutOf(String(attemptMillis));
  for (let attempt = 1; ; attempt++) {
    try {
      const all = [oneSwapAtATime, briefly, ...statements, restore];
      await sentAfterSavepoint(session, all, { keeps: true });
      return;
    } catch (error) {
      if (!(error instanceof SqlFailure && isLockTimeout(error.error))) throw error;
      if (attempt === attempts) throw await blocked(session, relations, error);
      const pauseMillis = Math.min(firstPauseMillis * attempt, mostPauseMillis);
      const pause = pauseMillis * (0.5 + Math.random());
      session.waits.millis += attemptMillis + pause;
      await setTimeout(pause);
    }
  }
}

/** Not by `set`: Citus would send the whole message, locks and all, to its nodes, which do not have these relations. */
function timeoutOf(value: string): string {
  return `select set_config('lock_timeout', ${quoteLiteral(value)}, true)`;
}

async function blocked(
  session: Session,
  relations: readonly string[],
  cause: SqlFailure,
): Promise<ActionFailure> {
  const message = `${relations[0]} is in use and could not be changed`;
  const users = await findUsers(session, relations);
  // Nobody: then it was the lock that lets one swap through at a time.
  if (users.length === 0) return new ActionFailure({ ...cause.error, message }, cause);
  const { detail: _, ...error } = cause.error;
  return new ActionFailure(blame({ ...error, message }, users), cause);
}
