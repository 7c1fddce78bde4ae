import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import {
  type Attachment,
  attach,
  clearPrivileges,
  prepareAttachments,
} from "../../relation/attachments/attachments.ts";
import {
  inPhase,
  putBack,
  readSurroundings,
  requireFit,
  takeAside,
} from "../../relation/dependents.ts";
import type { RelationKind } from "../../target.ts";
import { type Target, targetKey, targetName } from "../../target.ts";
import type { Publication } from "../publication.ts";

/** How a relation comes to stand in the place of another one. */
export interface NewRelation {
  /** What stands there now. */
  replaces: RelationKind;
  /** Makes the new one, with its rows, under another name. */
  build(onto: Target): Promise<unknown>;
}

/**
 * Builds a relation beside the one that has its name, and puts it in its place when it is ready:
 * nobody waits while it is filled, checked and indexed. Everything that hangs on the old one comes
 * along; what cannot makes it an error, and nothing has been touched. Never cascades.
 */
export async function swapRelation(
  { session, target, gate, rebuiltLater }: Publication,
  { replaces, build }: NewRelation,
): Promise<void> {
  const hash = shortHash(targetKey(target));
  const onto: Target = { schema: target.schema, name: `dataform_new_${hash}` };
  const around = await readSurroundings(session, target, onto);
  await build(onto);
  await session.query(`analyze ${qualifiedName(onto)}`);
  await gate(qualifiedName(onto));
  const attachments = await requireFit(session, target, onto, around.attachments);
  await clearPrivileges(session, onto);
  await attach(session, target, inPhase(attachments, "build"));
  const readAgain = await prepareAttachments(session, target, onto);
  await takeAside(session, target, replaces, around);
  refuseChanges(target, around.attachments, await readAgain());
  await attach(session, target, inPhase(attachments, "handover"));
  await session.query(`drop ${replaces} ${qualifiedName(target)}`);
  await session.query(
    `alter table ${qualifiedName(onto)} rename to ${quoteIdentifier(target.name)}`,
  );
  await attach(session, target, inPhase(attachments, "finish"));
  for (const dependent of around.dependents)
    await putBack(session, target, dependent, rebuiltLater);
}

// What was hung on the relation while the new one was built would be lost.
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
