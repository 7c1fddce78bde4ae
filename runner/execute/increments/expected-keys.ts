import type { Session } from "../../database/database.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ExecutionAction } from "../../plan/execution-graph.ts";
import type { Follow } from "../../plan/publish-task.ts";
import { targetName } from "../../target.ts";
import { isUnseen } from "./appended-rows.ts";
import { isKeyed } from "./changed-keys.ts";
import { readSeen, type Seen } from "./followers.ts";
import {
  changedKeys,
  isEveryKey,
  keyOfSource,
  type SeenNow,
  seenNow,
  whyEveryKey,
} from "./seen-now.ts";

/**
 * Takes an action of a plan and returns a line for each table that it follows and whose keys have
 * changed since the action was last published. Changes that earlier actions of the same run will make
 * are not counted.
 */
export async function expectedKeys(session: Session, action: ExecutionAction): Promise<string[]> {
  const { increment, tasks } = action;
  if (!increment || !isKeyed(tasks)) return [];
  const now = await seenNow(session, action.target, increment);
  const lines = [];
  for (const follow of increment.follows)
    lines.push(...(await expected(session, action, follow, now)));
  return lines;
}

async function expected(
  session: Session,
  { target }: ExecutionAction,
  follow: Follow,
  now: SeenNow,
): Promise<string[]> {
  const name = targetName(follow.target);
  const every = (why: string) => [`computes every key of ${name}: ${why}`];
  const seen = await readSeen(session, target, follow);
  const why = await whyEveryKey(session, target, follow, { seen, now });
  if (why !== undefined || !seen) return every(why ?? "");
  const keys = keysSince(follow, seen, now);
  const { rows } = await session.query(
    `select count(*), coalesce(bool_or(${isEveryKey("changed", follow)}), false) from (${keys}) as changed`,
  );
  const [count, isAny] = rows[0] ?? [];
  if (isAny === "t" && !follow.appendOnly) return every("it was truncated");
  if (count === "0") return [];
  return [`computes ${count} changed ${count === "1" ? "key" : "keys"} of ${name}`];
}

function keysSince(follow: Follow, seen: Seen, now: SeenNow): string {
  if (!follow.appendOnly) return changedKeys(follow, seen, now);
  return `select distinct ${keyOfSource(follow)} from ${qualifiedName(follow.target)} as source where ${isUnseen(follow, seen.snapshot ?? "")}`;
}
