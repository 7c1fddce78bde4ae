import { createHash } from "node:crypto";
import type { Database, Session } from "../../database/database.ts";
import { SqlFailure } from "../../errors.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { ActionChange, ExecutionAction, ExecutionGraph } from "../../plan/execution-graph.ts";
import type { TaskResult } from "../../results/run-result.ts";
import { type Target, targetKey } from "../../target.ts";
import { hasOwnTable } from "../own-table.ts";
import { readSurroundings, type Surroundings } from "./environment.ts";
import { findOtherAtWork } from "./others-at-work.ts";
import {
  checkProofs,
  dropProof,
  finishProof,
  isKept,
  makeProofTable,
  mayWriteProofs,
  type Proof,
  proofTable,
  writeProof,
} from "./proof-table.ts";
import { countsRows, whyAlways, whyItGoesOn, whyNot } from "./reasons.ts";
import { type ReadRelation, readNow, whatItReads } from "./what-it-reads.ts";

/** What a run of what changed knows, and keeps, of each action. */
export interface Proofs {
  /** For each action why it runs, or since when it is unchanged; by `targetKey`. */
  changes: ReadonlyMap<string, ActionChange>;
  /** Why nothing can be proved and everything runs, in words. */
  notice?: string;
  /** The same for one action, at this moment of the run. */
  look(action: ExecutionAction, database: Database): Promise<ActionChange>;
  /** In the transaction of an action that follows others, before it is told which of their keys have changed. */
  beginKeys(session: Session, action: ExecutionAction): Promise<void>;
  /** In the transaction of an action, before its tasks read anything. */
  begin(session: Session, action: ExecutionAction): Promise<void>;
  /** At the end of that transaction. */
  keep(
    session: Session,
    action: ExecutionAction,
    tasks: readonly TaskResult[],
    whyNotYet: WhyNotYet,
  ): Promise<void>;
  /** When the steps after the commit are done, and have changed nothing. */
  finish(action: ExecutionAction, database: Database): Promise<void>;
}

/**
 * Why a success of an action that follows others proves nothing yet, in words. `mayHaveMore`: unless what it reads is as it
 * was when this was asked last.
 */
type WhyNotYet = (mayHaveMore: boolean) => Promise<string | undefined>;

/** What the proofs of a run are made of. */
export interface ProofOptions {
  graph: ExecutionGraph;
  database: Database;
  /** Of the compiled actions, by `targetKey`. */
  fingerprints: ReadonlyMap<string, string>;
  /** Incremental tables are rebuilt. */
  fullRefresh?: boolean | undefined;
  /** Whether proofs will be written: then their table is made when it does not exist. */
  isKept: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Finds out which actions are as they were when they last succeeded: their code, the settings, and the data that they
 * read. Unknown means that an action runs. It is to be called before the run reads or builds anything.
 */
export async function readProofs(options: ProofOptions): Promise<Proofs> {
  const { graph, database, signal } = options;
  const found = await database.session(({ own }) => readAll(own, options), signal);
  if (typeof found === "string") {
    const changes = new Map(
      graph.actions.map(({ target }) => [
        targetKey(target),
        { runs: true, reason: found } as const,
      ]),
    );
    return { ...nothingKept(changes), notice: `everything runs: ${found}` };
  }
  const { surroundings, changes } = found;
  return { changes, ...keeper(options, surroundings) };
}

/** The graph with what is known of the change of each action. */
export function withChanges(graph: ExecutionGraph, { changes }: Proofs): ExecutionGraph {
  const actions = graph.actions.map((action) => {
    const change = changes.get(targetKey(action.target));
    return change && !action.disabled ? { ...action, change } : action;
  });
  return { ...graph, actions };
}

function nothingKept(changes: Proofs["changes"]): Proofs {
  const nothing = async () => undefined;
  const look = async ({ target }: ExecutionAction): Promise<ActionChange> =>
    changes.get(targetKey(target)) ?? { runs: true, reason: "nothing is known of it" };
  return { changes, look, beginKeys: nothing, begin: nothing, keep: nothing, finish: nothing };
}

async function readAll(session: Session, options: ProofOptions) {
  const surroundings = await readSurroundings(session);
  if (typeof surroundings === "string") return surroundings;
  try {
    if (options.isKept) await makeProofTable(session);
    if (options.isKept && !(await mayWriteProofs(session)))
      return `this role may not write to ${ownSchema}.${proofTable}`;
    if (!(await hasOwnTable(session, proofTable))) return "no run with --changed has ended here";
    const changes = await lookAt(options.graph.actions, session, options, surroundings);
    return { surroundings, changes };
  } catch (error) {
    if (!(error instanceof SqlFailure) || error.error.connectionLost) throw error;
    return `proofs cannot be kept here: ${error.message}`;
  }
}

async function lookAt(
  actions: readonly ExecutionAction[],
  session: Session,
  options: ProofOptions,
  { environment, path }: Surroundings,
): Promise<ReadonlyMap<string, ActionChange>> {
  const other = await findOtherAtWork(session, options.database.processIds());
  const active = actions.filter(({ disabled }) => !disabled);
  const proofs = await checkProofs(
    session,
    active.map(({ target }) => target),
    path,
  );
  return new Map(
    active.map((action) => {
      const key = targetKey(action.target);
      const proof = proofs.get(key);
      const now = { fingerprint: fingerprintOf(action, options), environment, other };
      const reason = whyAlways(action) ?? whyRefreshed(action, options) ?? whyNot(proof, now);
      const change: ActionChange =
        reason === undefined ? { runs: false, since: proof?.since ?? "" } : { runs: true, reason };
      return [key, change];
    }),
  );
}

function keeper(
  options: ProofOptions,
  surroundings: Surroundings,
): Pick<Proofs, "look" | "beginKeys" | "begin" | "keep" | "finish"> {
  const { environment, path } = surroundings;
  const begun = new Map<string, (Proof & { readsItself: boolean }) | { never: string }>();
  const beforeKeys = new Map<string, readonly ReadRelation[]>();
  return {
    async look(action, database) {
      return database.session(async ({ own }) => {
        const now = await readSurroundings(own);
        if (typeof now === "string") return { runs: true, reason: now };
        const found = await lookAt([action], own, options, now);
        return found.get(targetKey(action.target)) ?? { runs: true, reason: "it is disabled" };
      }, options.signal);
    },
    async beginKeys(session, action) {
      const { target } = action;
      const now = await readNow(session, { also: alsoRead(action), target, path });
      beforeKeys.set(targetKey(target), now);
    },
    async begin(session, action) {
      const always = whyAlways(action);
      const [task] = action.tasks;
      if (always !== undefined || task === undefined || task.type === "statement") return;
      const { target, type } = action;
      const read = await whatItReads(session, {
        ...{ statement: task.statement, also: alsoRead(action), path },
        ...{ target, mayReadItself: type === "incremental" },
      });
      // Rows that were committed since then are in the counts of now, and their keys are not computed.
      const earlier = new Map(beforeKeys.get(targetKey(target))?.map((each) => [each.oid, each]));
      const asBefore = (reads: readonly ReadRelation[]) =>
        reads.map((each) => earlier.get(each.oid) ?? each);
      const fingerprint = fingerprintOf(action, options);
      const proof = { fingerprint, environment, countsRows: countsRows(action) };
      const made = "never" in read ? read : { ...proof, ...read, reads: asBefore(read.reads) };
      begun.set(targetKey(target), made);
    },
    async keep(session, action, tasks, whyNotYet) {
      const proof = begun.get(targetKey(action.target));
      begun.delete(targetKey(action.target));
      if (proof === undefined || !isWholeSuccess(tasks)) return dropProof(session, action.target);
      const isFinished = action.postgres === undefined;
      const goesOn = "never" in proof ? undefined : whyItGoesOn(action, proof, tasks);
      const kept = goesOn ? { never: goesOn } : await withReason(session, action, proof, whyNotYet);
      await writeProof(session, action.target, kept, { path, isFinished });
    },
    finish: ({ target }, database) => finishProof(database, target),
  };
}

async function withReason(
  session: Session,
  { target, increment }: ExecutionAction,
  proof: Proof | { never: string },
  whyNotYet: WhyNotYet,
): Promise<Proof | { never: string }> {
  if ("never" in proof || !increment) return proof;
  // What PostgreSQL has counted of the rows is part of the proof.
  const never = await whyNotYet(!(await isKept(session, target, proof)));
  return never === undefined ? proof : { ...proof, never };
}

function whyRefreshed({ type, tasks }: ExecutionAction, { fullRefresh }: ProofOptions) {
  const isRebuilt = tasks.some(
    (task) =>
      task.type === "publish" && (task.strategy === "create" || task.strategy === "replace"),
  );
  return fullRefresh && type === "incremental" && isRebuilt ? "--full-refresh" : undefined;
}

/** Relations that an incremental table follows, which its query reads by way of temporary ones. */
function alsoRead({ increment }: ExecutionAction): Target[] {
  const { follows = [], recomputeWhen = [] } = increment ?? {};
  return [...follows.filter(({ isOwn }) => !isOwn).map(({ target }) => target), ...recomputeWhen];
}

/** An assertion that found rows, or that looked at new rows only, is checked again. */
function isWholeSuccess(tasks: readonly TaskResult[]): boolean {
  return tasks.every(
    ({ status, assertion }) =>
      status === "successful" &&
      (assertion === undefined || (assertion.failingRows === 0 && assertion.rows === undefined)),
  );
}

// A change of what a proof means or of how actions are published makes all earlier ones void.
const version = 4;

function fingerprintOf(action: ExecutionAction, { fingerprints }: ProofOptions): string {
  const compiled = fingerprints.get(targetKey(action.target));
  const statements = action.tasks.map(({ statement }) => statement);
  const parts = [version, compiled, action.type, statements, action.increment?.fingerprint];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
