import type { Database, Session } from "../../database/database.ts";
import { isTransient } from "../../database/failures/transient.ts";
import { afterSavepoint } from "../../database/savepoint.ts";
import { ActionFailure, type SqlError } from "../../errors.ts";
import { isMissingColumn, withColumnHint } from "../../explain-missing.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { AssertionTask, ExecutionAction, GateTask } from "../../plan/execution-graph.ts";
import { isStrict } from "../../plan/gates/gates.ts";
import type { AssertionOutcome, TaskResult } from "../../results/run-result.ts";
import { type Target, targetKey } from "../../target.ts";
import { viewAddedRows } from "./added-rows.ts";
import { type Gate, type KnownRows, openGate } from "./gate.ts";
import { judgeStaged } from "./gate-statement.ts";
import { isFailure } from "./judge-assertion.ts";
import { judgeByView } from "./judge-by-view.ts";
import { isProvedUnique, type NewKey } from "./proved-unique.ts";
import { keepRejected } from "./rejected-rows.ts";
import type { ViewMarks } from "./view-marks.ts";

/** The findings of the gates of a run, by the keys of their assertions. */
export interface GateResults {
  /** Findings about rows that were published or are about to be. */
  passed: Map<string, TaskResult>;
  /** Findings about rows that were not published because a gate failed. */
  heldBack: Map<string, TaskResult>;
  /** Assertions that passed and whose view was made in the transaction of their table: their turn has nothing to do. */
  done: Set<string>;
  /** Whether the view by which an assertion was judged is now what its query makes it. */
  views: Map<string, boolean>;
  /** By what such a view is known again. */
  marks: ViewMarks;
}

/** The parts of a run that a gate uses. */
export interface GateContext {
  database: Database;
  results: GateResults;
  now: () => number;
  signal?: AbortSignal | undefined;
  /** Whether the views of assertions may be made before the transaction ends. */
  keepsViews: boolean;
  /** Whether the table is as it was when its action began, and stays so. */
  isUntouched?: () => boolean;
  /** The primary key that the table gets when its action makes it. */
  keyOfNew?: NewKey | undefined;
}

/**
 * Returns the gate of an action: it checks every assertion against the rows to be published. When one
 * fails, it keeps the rows beside the table and throws an ActionFailure that names the findings and the
 * table with the rows. An action without assertions has an open gate.
 */
export function createGate(action: ExecutionAction, session: Session, context: GateContext): Gate {
  const { gates = [], target, distribution } = action;
  if (gates.length === 0) return openGate;
  // Those of a try before were rolled back.
  for (const gate of gates) context.results.views.delete(targetKey(gate.target));
  return async (relation, newRows, given) => {
    // The nodes of Citus would send their values to one.
    const known = distribution ? undefined : given;
    const found = await checkAll(gates, session, { target, relation, newRows, known, context });
    const failed = found.filter(({ result }) => result.status === "failed");
    const { passed, heldBack } = context.results;
    const [into, other] = failed.length === 0 ? [passed, heldBack] : [heldBack, passed];
    for (const { gate, result } of found) {
      into.set(targetKey(gate.target), result);
      other.delete(targetKey(gate.target));
    }
    if (failed.length === 0) return;
    const message = `not published: ${failed.map(wordsOf).join("; ")}`;
    const kept = await keepRejected(session, newRows ?? relation, target, message, context);
    const inTheWay = failed.flatMap(
      ({ result: { error } }) => (error?.blockedBy && error.detail) ?? [],
    );
    const detail = inTheWay.length > 0 ? { detail: inTheWay.join("\n") } : {};
    throw new ActionFailure({ message, ...detail, hint: kept });
  };
}

interface GateFinding {
  gate: GateTask;
  result: TaskResult;
}

/** The rows to check, and the clock. */
interface GatedRows {
  target: Target;
  relation: string;
  newRows: string | undefined;
  known: KnownRows | undefined;
  context: GateContext;
}

async function checkAll(
  gates: readonly GateTask[],
  session: Session,
  rows: GatedRows,
): Promise<GateFinding[]> {
  const findings: GateFinding[] = [];
  for (const gate of gates) {
    const isProved = await isProvedUnique(session, gate.task, rows);
    const result = await checkOne(session, isProved ? withoutRows(gate) : gate, rows);
    if (result) findings.push({ gate, result });
  }
  return findings;
}

function withoutRows(gate: GateTask): GateTask {
  return { ...gate, task: { ...gate.task, inOneScan: { conditions: [], statement: "select 0" } } };
}

/** A query that fails is a finding too; for a transient error the whole action is retried. */
async function checkOne(
  session: Session,
  gate: GateTask,
  rows: GatedRows,
): Promise<TaskResult | undefined> {
  const { task } = gate;
  const { now } = rows.context;
  const startTimeMillis = now();
  const timing = () => ({ startTimeMillis, endTimeMillis: now() });
  try {
    const assertion =
      (await judgeAsItStands(session, gate, rows)) ??
      (await afterSavepoint(
        session,
        () => judge(session, task, rows),
        () => false,
      ));
    if (!assertion) return undefined;
    const status = isFailure(assertion) ? "failed" : "successful";
    return { type: "assertion", status, assertion, timing: timing() };
  } catch (error) {
    if (!(error instanceof ActionFailure) || isTransient(error.error)) throw error;
    // An assertion that only warns holds no rows back; its own action reports the error.
    if (!isStrict(task)) return undefined;
    const explained = await explain(session, error.error, task, rows);
    return { type: "assertion", status: "failed", error: explained, timing: timing() };
  }
}

async function explain(
  session: Session,
  error: SqlError,
  task: AssertionTask,
  { target, relation }: GatedRows,
): Promise<SqlError> {
  if (!task.checks || !isMissingColumn(error)) return error;
  const { rows } = await session.query(
    "select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
    [relation],
  );
  return withColumnHint(
    error,
    target,
    rows.map(([name]) => name ?? ""),
  );
}

/** By the view that is kept of the assertion, where the rows are those of the table itself. */
async function judgeAsItStands(
  session: Session,
  gate: GateTask,
  { target, relation, newRows, context }: GatedRows,
): Promise<AssertionOutcome | undefined> {
  if (!context.keepsViews || newRows !== undefined || relation !== qualifiedName(target)) return;
  const { results, isUntouched } = context;
  const judged = await judgeByView(session, gate, target, results.marks, isUntouched?.() === true);
  if (judged) results.views.set(targetKey(gate.target), judged.isRight);
  return judged?.outcome;
}

async function judge(
  session: Session,
  task: AssertionTask,
  { target, relation, newRows }: GatedRows,
): Promise<AssertionOutcome | undefined> {
  if (task.newRows && newRows !== undefined) {
    const addition = { target, relation, newRows };
    const added = await viewAddedRows(session, addition, task);
    if (added) {
      const staged = { target, relation: added.rows, whole: added.whole };
      const outcome = await judgeStaged(session, task, staged);
      return outcome && { ...outcome, rows: "new" };
    }
  }
  const isStaged = relation !== qualifiedName(target);
  return judgeStaged(session, task, isStaged ? { target, relation } : undefined);
}

function wordsOf({ gate, result: { assertion, error } }: GateFinding): string {
  const rule = `the assertion ${gate.task.rule}`;
  if (!assertion) return `${rule} could not be checked: ${error?.message ?? ""}`;
  const { failingRows, allowed, rows } = assertion;
  const count = `${failingRows} failing ${failingRows === 1 ? "row" : "rows"}`;
  const scope = rows === "new" ? " among the new ones" : "";
  return `${rule} found ${count}${scope}${allowed ? ` (allowed: ${allowed})` : ""}`;
}
