import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import {
  type Attachment,
  attach,
  clearPrivileges,
  readAttachments,
} from "../../relation/attachments/attachments.ts";
import {
  inPhase,
  putBack,
  readSurroundings,
  requireFit,
  takeAside,
} from "../../relation/dependents.ts";
import type { DroppedKey } from "../../relation/inbound-keys.ts";
import type { RelationKind } from "../../target.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { Publication } from "../publication.ts";

/** A new relation that is to replace an existing one. */
export interface NewRelation {
  /** The kind of the existing relation. */
  replaces: RelationKind;
  /** Makes the new relation, with its rows, under the given name. */
  build(onto: Target): Promise<unknown>;
}

/**
 * Builds a relation beside the one that has its name, and puts it in its place when it is ready:
 * readers do not wait while it is filled, checked and indexed. Everything attached to the old relation
 * is put on the new one; throws ActionFailure, before anything is changed, for what cannot be. Returns
 * the foreign keys that it dropped. Never cascades.
 */
export async function swapRelation(
  publication: Publication,
  { replaces, build }: NewRelation,
): Promise<DroppedKey[]> {
  const { session, target, gate } = publication;
  const hash = shortHash(targetKey(target));
  const onto: Target = { schema: target.schema, name: `dataform_new_${hash}` };
  const around = await readSurroundings(session, target, onto);
  await build(onto);
  if (!publication.distribution) await session.query(`analyze ${qualifiedName(onto)}`);
  await gate(qualifiedName(onto));
  const attachments = await requireFit(session, target, onto, around.attachments);
  await clearPrivileges(session, onto);
  await attach(session, target, inPhase(attachments, "build"));
  // Once before readers wait, so that it is planned when it is asked again.
  await readAttachments(session, target, onto);
  const droppedKeys = await takeAside(session, target, replaces, around);
  refuseChanges(target, around.attachments, await readAttachments(session, target, onto));
  await attach(session, target, inPhase(attachments, "handover"));
  await session.query(`drop ${replaces} ${qualifiedName(target)}`);
  await session.query(
    `alter table ${qualifiedName(onto)} rename to ${quoteIdentifier(target.name)}`,
  );
  await attach(session, target, inPhase(attachments, "finish"));
  await putBack(publication, around.dependents);
  return droppedKeys;
}

// Objects that others attached to the relation while the new one was built would be lost.
function refuseChanges(
  target: Target,
  before: readonly Attachment[],
  now: readonly Attachment[],
): void {
  const key = ({ what, statement }: Attachment) => `${what}: ${statement}`;
  const known = new Set(before.map(key));
  const added = now.filter((each) => !known.has(key(each)));
  if (added.length === 0 && now.length === before.length) return;
  throw new ActionFailure({
    message: `${targetName(target)} was changed by somebody else while it was rebuilt${added.length > 0 ? `: ${added.map(({ what }) => what).join(", ")}` : ""}`,
    hint: "run again",
  });
}
