import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { ActionFailure, RunnerError } from "../errors.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../names/identifiers.ts";
import { type RelationKind, type Target, targetKey, targetName } from "../target.ts";
import {
  type Attachment,
  attach,
  clearPrivileges,
  fitting,
  misfits,
  readAttachments,
} from "./attachments/attachments.ts";
import { takeBriefly } from "./brief-lock.ts";
import { type DroppedKey, type InboundKey, readInboundKeys } from "./inbound-keys.ts";
import { type Dependent, readDependents, usesOf } from "./read-dependents.ts";
import { readLosses, refuseLosses } from "./refuse-losses.ts";
import { readRelation } from "./relation.ts";

/**
 * The relations that the running graph still makes. A view among them that cannot be put back onto a changed relation is left
 * away, since the run makes it again.
 */
export interface RebuiltLater {
  has(key: string): boolean;
  /** What was left away so far, by `targetKey`. */
  leftAway?: Map<string, Dependent>;
}

/** A relation that is changed in the transaction of a session. */
export interface ChangedRelation {
  session: Session;
  target: Target;
  rebuiltLater: RebuiltLater;
}

/** The attachments and dependent views of a relation that is dropped and made again. */
export interface Surroundings {
  attachments: Attachment[];
  dependents: Dependent[];
  inboundKeys: InboundKey[];
}

/**
 * Drops a relation, lets `rebuild` make it again under its name, and puts back its attachments and
 * dependent views, all in the session's transaction. Returns the foreign keys that it dropped, for
 * `putBackInboundKeys`. Blocks readers: use it only for instant changes or relations that cannot be
 * renamed. Never cascades.
 */
export async function withoutDependents(
  changed: ChangedRelation,
  kind: RelationKind,
  rebuild: () => Promise<unknown>,
): Promise<DroppedKey[]> {
  const { session, target } = changed;
  const around = await readSurroundings(session, target);
  const droppedKeys = await takeAside(session, target, kind, around);
  for (const { statement } of inPhase(around.attachments, "handover")) {
    await session.query(statement.replace(/ owned by .*$/s, " owned by none"));
  }
  await session.query(`drop ${kind} ${qualifiedName(target)}`);
  await rebuild();
  const attachments = await requireFit(session, target, target, around.attachments);
  await clearPrivileges(session, target);
  await attach(session, target, attachments);
  await putBack(changed, around.dependents);
  return droppedKeys;
}

/** Like `withoutDependents`, but the relation itself stays. */
export async function withDependentsAside(
  changed: ChangedRelation,
  change: () => Promise<unknown>,
): Promise<void> {
  const { session, target } = changed;
  const dependents = await readDependents(session, target);
  const views = dependents.map((dependent) => dependent.target);
  if (views.length > 0) refuseLosses(target, await readLosses(session, views));
  await takeAside(session, target, "table", { dependents, inboundKeys: [] });
  await change();
  await putBack(changed, dependents);
}

/** Throws when an object would be lost whatever the new columns are. */
export async function readSurroundings(
  session: Session,
  target: Target,
  onto: Target = target,
): Promise<Surroundings> {
  const dependents = await readDependents(session, target);
  const gone = [target, ...dependents.map((dependent) => dependent.target)];
  refuseLosses(target, await readLosses(session, gone));
  const attachments = await readAttachments(session, target, onto);
  return { attachments, dependents, inboundKeys: await readInboundKeys(session, target) };
}

/**
 * Returns the attachments that fit the new relation; throws for others, unless they may be dropped.
 */
export async function requireFit(
  session: Session,
  target: Target,
  made: Target,
  attachments: readonly Attachment[],
): Promise<Attachment[]> {
  const shape = await readRelation(session, made);
  if (!shape) throw new RunnerError("INTERNAL", `${targetName(made)} is not in the catalogue`);
  refuseLosses(target, misfits(attachments, shape));
  return fitting(attachments, shape);
}

/**
 * Drops the views on a relation and the keys that refer to it, and keeps readers out, in the order in
 * which readers lock: the views first, then the table. `lock table` knows no materialized views, and
 * of a view it locks the tables too; moving one to the schema where it is takes the same lock. Returns
 * the dropped keys.
 */
export async function takeAside(
  session: Session,
  target: Target,
  kind: RelationKind,
  { dependents, inboundKeys }: Pick<Surroundings, "dependents" | "inboundKeys">,
): Promise<DroppedKey[]> {
  const name = qualifiedName(target);
  const drops = dependents
    .toReversed()
    .map((dependent) => `drop ${dependent.kind} ${qualifiedName(dependent.target)}`);
  const lock =
    kind === "table"
      ? `lock table only ${name} in access exclusive mode`
      : `alter ${kind} ${name} set schema ${quoteIdentifier(target.schema)}`;
  const names = [name, ...dependents.map((dependent) => qualifiedName(dependent.target))];
  await takeBriefly(session, names, [...drops, ...inboundKeys.map(({ drop }) => drop), lock]);
  return inboundKeys.map((key) => ({ ...key, target }));
}

/** The attachments of one phase. */
export function inPhase(
  attachments: readonly Attachment[],
  phase: Attachment["phase"],
): Attachment[] {
  return attachments.filter((each) => each.phase === phase);
}

/**
 * Makes dropped views again. Throws ActionFailure for one that is no longer valid, unless the run makes
 * it later anyway.
 */
export async function putBack(
  { session, target: changed, rebuiltLater }: ChangedRelation,
  dependents: readonly Dependent[],
): Promise<void> {
  for (const dependent of dependents) {
    const { target, kind } = dependent;
    try {
      await afterSavepoint(session, () => makeAgain(session, dependent));
    } catch (error) {
      if (!(error instanceof ActionFailure)) throw error;
      if (rebuiltLater.has(targetKey(target))) {
        rebuiltLater.leftAway?.set(targetKey(target), dependent);
        continue;
      }
      throw new ActionFailure({
        message: `${targetName(changed)} was not changed: the ${kind} ${targetName(target)} is built on it and would break: ${error.error.message}`,
        hint: `change or drop ${targetName(target)} first`,
      });
    }
  }
}

async function makeAgain(session: Session, dependent: Dependent): Promise<void> {
  const { target, kind, options, attachments } = dependent;
  const settings = options === null ? "" : ` with (${options})`;
  const definition = dependent.definition.replace(/;\s*$/, "");
  const isMaterialized = kind === "materialized view";
  const empty = isMaterialized ? " with no data" : "";
  const statement = `create ${kind} ${qualifiedName(target)}${settings} as ${definition}${empty}`;
  await createWithSameMeaning(session, dependent, statement);
  // Its rows may depend on settings, such as the time zone: they are the author's in any refresh.
  if (isMaterialized && dependent.isPopulated) {
    await session.authored(`refresh materialized view ${qualifiedName(target)}`);
  }
  await clearPrivileges(session, target);
  await attach(session, target, await requireFit(session, target, target, attachments));
}

// PostgreSQL does not write which `=` it means in `is distinct from`, `nullif` and `case … when`,
// and the author's search_path decides which `=` of an extension is found. So the view is made with
// that search_path and then compared, in case another role has put its own `=` there.
async function createWithSameMeaning(
  session: Session,
  { target, uses }: Dependent,
  statement: string,
): Promise<void> {
  const used = `select ${usesOf(`to_regclass(${quoteLiteral(qualifiedName(target))})`)}`;
  for (const send of [session.query, session.authored]) {
    const isSame = await afterSavepoint(
      session,
      async () => {
        await send(statement);
        return (await session.query(used)).rows[0]?.[0] === uses;
      },
      (same) => same,
    );
    if (isSame) return;
  }
  throw new ActionFailure({
    message: "its definition would mean other functions or operators in this session",
  });
}
