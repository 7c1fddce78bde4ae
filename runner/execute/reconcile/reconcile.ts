import type { Database, Session } from "../../database/database.ts";
import { isTransient } from "../../database/failures/transient.ts";
import { afterSavepoint } from "../../database/savepoint.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { Distribution } from "../../plan/distribution/distribution.ts";
import type { ActionType } from "../../plan/execution-graph.ts";
import type { DeclaredConstraint, DeclaredObjects } from "../../plan/objects/declared-objects.ts";
import { type DroppedKey, putBackInboundKeys } from "../../relation/inbound-keys.ts";
import { type Target, targetName } from "../../target.ts";
import { type ActualObjects, readActualObjects } from "./actual-objects.ts";
import { grantSteps } from "./grant-steps.ts";
import { forget, readMemory } from "./memory.ts";
import { objectSteps } from "./object-steps.ts";
import { takeInside, takeOutside } from "./run-steps.ts";
import { heavySteps, lightSteps, type SettingStep } from "./setting-steps.ts";
import type { Step } from "./step.ts";

/** A relation and the objects that are declared on it. */
export interface Reconcilable {
  target: Target;
  postgres?: DeclaredObjects;
  /** How Citus spreads its rows. */
  distribution?: Distribution;
  type?: ActionType;
}

/** The changes of one action's relation so far. */
export interface Reconciliation {
  /** Whether the action's own tasks are done, so that an error is an error of reconciling. */
  isInside?: boolean;
  /** The oid of the table or materialized view before the action; absent when there was none. */
  oidBefore?: string;
  /** In words: `index "x" created`. */
  changes: string[];
}

/**
 * Before an action writes: drops constraints and unique indexes made by a run that are no longer
 * declared, or declared otherwise, because they might refuse the new rows.
 */
export async function dropOutdated(
  { target, postgres }: Reconcilable,
  database: Database,
  state: Reconciliation,
  signal?: AbortSignal,
): Promise<void> {
  if (!postgres) return;
  const actual = await database.session((session) => readActualObjects(session, target), signal);
  if (!actual) return;
  if (!objectsApply(actual)) return;
  state.oidBefore = actual.oid;
  const steps = objectSteps(target, postgres, actual).filter(({ first }) => first);
  await takeAllOutside(database, steps, actual, state, signal);
}

/**
 * Makes the primary key of a table that its action has just made, before its assertions judge it. Returns whether it is
 * there: a key that PostgreSQL refuses is left to `reconcileInside`, since an assertion may say why.
 */
export async function makeKeyFirst(
  session: Session,
  target: Target,
  key: DeclaredConstraint,
  state: Reconciliation,
): Promise<boolean> {
  const actual = await readActualObjects(session, target);
  if (!actual) return false;
  const steps = objectSteps(target, { indexes: [], constraints: [key] }, actual);
  try {
    state.changes.push(...(await afterSavepoint(session, () => takeInside(session, steps))));
    return true;
  } catch (error) {
    if (!(error instanceof ActionFailure) || isTransient(error.error)) throw error;
    return false;
  }
}

/**
 * At the end of an action's transaction, applies what is declared. New, empty and partitioned tables:
 * everything, but foreign keys of tables that Citus spreads. Others: only changes that do not block readers; `reconcileAfterCommit` does the rest.
 * Makes the dropped foreign keys of other tables again.
 */
export async function reconcileInside(
  session: Session,
  { target, postgres, distribution, type }: Reconcilable,
  state: Reconciliation,
  droppedKeys: readonly DroppedKey[],
): Promise<void> {
  state.isInside = true;
  if (postgres) {
    const actual = await readActualObjects(session, target);
    if (!actual) throw missingRelation(target, postgres);
    const isNew = state.oidBefore === undefined;
    const isMade = isNew || (type === "operation" && state.oidBefore !== actual.oid);
    const steps =
      isMade || !isInUse(actual)
        ? await allSteps(session, target, postgres, actual)
        : await lightStepsOf(session, target, postgres, actual);
    const now = steps.filter((step) => !distribution || !("isForeignKey" in step));
    state.changes.push(...(await takeInside(session, now)));
  }
  await putBackInboundKeys(session, droppedKeys);
}

/** After the commit: builds indexes concurrently, and adds constraints without long locks. */
export async function reconcileAfterCommit(
  { target, postgres }: Reconcilable,
  database: Database,
  state: Reconciliation,
  signal?: AbortSignal,
): Promise<void> {
  if (!postgres) return;
  const { steps, actual } = await database.session(async (session) => {
    const found = await readActualObjects(session, target);
    const needed = found ? await allSteps(session, target, postgres, found) : [];
    return { steps: needed, actual: found };
  }, signal);
  if (!actual || steps.length === 0) return;
  await takeAllOutside(database, steps, actual, state, signal);
  if (postgres.indexes.some(({ hasExpression }) => hasExpression)) {
    await database.query(`analyze ${qualifiedName(target)}`);
  }
}

/**
 * Returns the changes that a run would make on the relation as it is now, or on a new one when it does
 * not exist, in words for a dry run: `index "x" would be created`. Changes nothing.
 */
export async function differences(
  session: Session,
  { target, postgres }: Reconcilable,
): Promise<string[]> {
  if (!postgres) return [];
  const found = await readActualObjects(session, target);
  const count = postgres.indexes.length + postgres.constraints.length;
  // A view in the place of a table is dropped before the table is made.
  const isReplaced = !found || (count > 0 && !objectsApply(found));
  const actual = isReplaced ? nothingYet(target) : found;
  const steps = await allSteps(session, target, postgres, actual);
  return steps.flatMap(({ change }) => (change ? [inFuture(change)] : []));
}

function inFuture(change: string): string {
  return change.replace(
    /^(.*) (created|dropped|added|validated|named|granted|revoked|set)\b/,
    "$1 would be $2",
  );
}

async function allSteps(
  session: Session,
  target: Target,
  postgres: DeclaredObjects,
  actual: ActualObjects,
): Promise<(Step | SettingStep)[]> {
  const memory = await readMemory(session, target);
  if (!objectsApply(actual)) {
    refuseOnView(target, postgres);
    const useless = memory.filter(({ kind }) => kind !== "grant");
    return [
      ...useless.map((entry) => ({ statements: [forget(target, entry)] })),
      ...grantSteps(target, postgres, actual, memory),
    ];
  }
  return [
    ...heavySteps(target, postgres, actual, memory),
    ...lightSteps(target, postgres, actual, memory),
    ...grantSteps(target, postgres, actual, memory),
    ...objectSteps(target, postgres, actual),
  ];
}

async function lightStepsOf(
  session: Session,
  target: Target,
  postgres: DeclaredObjects,
  actual: ActualObjects,
): Promise<SettingStep[]> {
  const memory = await readMemory(session, target);
  return [
    ...lightSteps(target, postgres, actual, memory),
    ...grantSteps(target, postgres, actual, memory),
  ];
}

// PostgreSQL cannot build an index of a partitioned table concurrently.
async function takeAllOutside(
  database: Database,
  steps: readonly (Step | SettingStep)[],
  actual: ActualObjects,
  state: Reconciliation,
  signal?: AbortSignal,
): Promise<void> {
  for (const step of steps) {
    if (actual.kind !== "partitioned table") await takeOutside(database, step, signal);
    else await database.transaction((session) => takeInside(session, [step]), signal);
    if (step.change) state.changes.push(step.change);
  }
}

function objectsApply({ kind }: ActualObjects): boolean {
  return kind !== "view";
}

function isInUse({ kind, hasRows }: ActualObjects): boolean {
  return hasRows && kind !== "partitioned table";
}

function nothingYet({ schema, name }: Target): ActualObjects {
  const part = { schema, name, unlogged: false, fillfactor: null, tablespace: "pg_default" };
  const none = { columns: [], indexes: [], constraints: [], grants: [] };
  const facts = { oid: "", kind: "table", hasRows: false, owner: "" } as const;
  return { ...facts, defaultTablespace: "pg_default", parts: [part], ...none };
}

// The compiler refuses this for a view; an operation may create any relation.
function refuseOnView(target: Target, { indexes, constraints }: DeclaredObjects): void {
  if (indexes.length + constraints.length === 0) return;
  throw new ActionFailure({
    message: `${targetName(target)} is a view, and cannot have indexes or constraints`,
    hint: "remove them from its postgres block, or make it a table",
  });
}

function missingRelation(target: Target, postgres: DeclaredObjects): ActionFailure {
  const count = postgres.indexes.length + postgres.constraints.length;
  return new ActionFailure({
    message: `the action made no ${targetName(target)}, on which its postgres block declares ${count > 0 ? "indexes or constraints" : "settings"}`,
    hint: "an operation with hasOutput: true has to create the table or view of its own name",
  });
}
