import type { Session } from "../database/database.ts";
import { qualifiedName } from "../names/identifiers.ts";
import { targetKey } from "../target.ts";
import { attach, clearPrivileges } from "./attachments/attachments.ts";
import { type ChangedRelation, requireFit } from "./dependents.ts";
import type { Dependent } from "./read-dependents.ts";
import { readRelation } from "./relation.ts";

/** The view that was left away and is not there; undefined for any other relation. */
export async function readLeftAway({
  session,
  target,
  rebuiltLater,
}: ChangedRelation): Promise<Dependent | undefined> {
  const left = rebuiltLater.leftAway?.get(targetKey(target));
  return left && (await readRelation(session, target)) ? undefined : left;
}

/** Gives a relation that was made in the place of one that was left away its options and what was attached to it. */
export async function dressAsBefore(
  session: Session,
  { target, kind, options, attachments }: Dependent,
): Promise<void> {
  const fit = await requireFit(session, target, target, attachments);
  const isSameKind = (await readRelation(session, target))?.kind === kind;
  if (options !== null && isSameKind) {
    await session.query(`alter ${kind} ${qualifiedName(target)} set (${options})`);
  }
  await clearPrivileges(session, target);
  await attach(session, target, fit);
}
