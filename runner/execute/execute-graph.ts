import type { Database } from "../database/database.ts";
import { createDag } from "../graph/dag.ts";
import { walk } from "../graph/walk.ts";
import { quoteIdentifier } from "../names/identifiers.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type {
  ActionResult,
  ActionStatus,
  RunResult,
  RunStatus,
  TaskResult,
} from "../results/run-result.ts";
import { targetKey, targetName } from "../target.ts";
import { executeAction } from "./execute-action.ts";
import type { ExecuteOptions } from "./execute-options.ts";
import { explainResult } from "./explain-result.ts";
import type { GateResults } from "./gates/check-gates.ts";
import { keepMarks, readMarks } from "./gates/view-marks.ts";
import { dropFormerFollowers } from "./increments/prepare-increment.ts";
import { completeJit } from "./jit/complete-jit.ts";
import { createUnchanged } from "./proofs/unchanged.ts";
import { createMemory } from "./reconcile/memory.ts";
import { createStillToMake } from "./still-to-make.ts";
import type { ActionOptions } from "./try-action.ts";

/**
 * Runs every action once its dependencies succeeded. Never throws for a failing action: each one is
 * accounted for in the result as successful, failed, skipped, disabled or cancelled.
 */
export async function executeGraph(
  graph: ExecutionGraph,
  database: Database,
  options: ExecuteOptions,
): Promise<RunResult> {
  const startTimeMillis = options.now();
  const byKey = new Map(graph.actions.map((action) => [targetKey(action.target), action]));
  const dag = dagOf(graph);
  const unchanged = createUnchanged(database, options);
  const stillToMake = createStillToMake(graph, dag, { unchanged, reused: options.reused });
  const gateResults: GateResults = {
    passed: new Map(),
    heldBack: new Map(),
    done: new Set(),
    views: new Map(),
    marks: await readMarks(graph, database),
  };
  const actions: ActionResult[] = [];
  const told = new Set<string>();
  const finish = (result: ActionResult): void => {
    // The result of an assertion that failed as a gate is reported right after its table, not only when
    // the assertion itself runs.
    const key = targetKey(result.target);
    if (told.has(key)) return;
    told.add(key);
    actions.push(result);
    const [finished, total] = [actions.length, graph.actions.length];
    options.listener({ type: "actionFinished", result, finished, total });
  };
  const finishGates = ({ gates = [] }: ExecutionAction): void => {
    for (const { target } of gates) {
      const action = byKey.get(targetKey(target));
      const found = gateResults.heldBack.get(targetKey(target));
      if (action && found) finish(resultOfGate(action, found));
    }
  };
  const notRun = (key: string, status: ActionStatus, reason: string): void => {
    const action = byKey.get(key);
    if (action) finish(resultWithoutTasks(action, status, options.now(), reason));
  };

  options.listener({ type: "runStarted", graph, database: database.description });
  await createSchemas(graph, database);
  const changed = new Set<string>();
  const ofRun = {
    changed,
    gateResults,
    remembersComments: await createMemory(graph, database),
  };
  await dropFormerFollowers(graph, database, { listener: options.listener });
  const stop = eitherOf(options);
  await walk(dag, {
    concurrency: options.threads,
    signal: stop,
    visit: async (key) => {
      const action = byKey.get(key);
      if (!action) return true;
      if (action.disabled) unchanged.passOn(action);
      stillToMake.begin(key);
      const rebuiltLater = stillToMake.after(action);
      const result = action.disabled
        ? resultWithoutTasks(action, "disabled", options.now())
        : (options.reused?.get(key) ??
          (await unchanged.resultOf(action)) ??
          (await startAction(action, database, { ...options, ...ofRun, rebuiltLater })));
      if (mayHaveChanged(result)) changed.add(key);
      finish(result);
      finishGates(action);
      return result.status === "successful" || result.status === "disabled";
    },
    onSkipped: (key, because) => notRun(key, ...whyNotRun(because, byKey, stop)),
    onCancelled: (key) => notRun(key, "cancelled", "the run was cancelled"),
  });
  if (ofRun.remembersComments) await keepMarks(graph, database, gateResults.marks);
  const status = statusOf(actions, stop);
  const timing = { startTimeMillis, endTimeMillis: options.now() };
  const { runId, resumedFrom } = options;
  const result: RunResult = { runId, ...(resumedFrom && { resumedFrom }), status, timing, actions };
  options.listener({ type: "runFinished", result });
  return result;
}

async function startAction(
  planned: ExecutionAction,
  database: Database,
  options: ActionOptions & ExecuteOptions,
): Promise<ActionResult> {
  options.listener({ type: "actionStarted", action: planned });
  const startTimeMillis = options.now();
  const action = await completeJit(planned, database, options);
  if (!("failed" in action)) {
    const result = await executeAction(action, database, options);
    return explainResult(result, action, database);
  }
  const timing = { startTimeMillis, endTimeMillis: options.now() };
  const { target, type, fileName, tags } = planned;
  const tasks = [{ type: "statement" as const, ...action.failed, timing }];
  return { target, type, fileName, tags, status: action.failed.status, tasks, timing };
}

// One transaction, before any worker: `create schema if not exists` of two sessions at once fails.
async function createSchemas(graph: ExecutionGraph, database: Database): Promise<void> {
  if (graph.schemas.length === 0) return;
  await database.transaction(async (session) => {
    for (const schema of graph.schemas) {
      await session.query(`create schema if not exists ${quoteIdentifier(schema)}`);
    }
  });
}

function eitherOf({ signal, startNoMore }: ExecuteOptions): AbortSignal | undefined {
  const signals = [signal, startNoMore].filter((each) => each !== undefined);
  return signals.length === 0 ? undefined : AbortSignal.any(signals);
}

function dagOf(graph: ExecutionGraph) {
  return createDag(
    new Map(
      graph.actions.map((action) => [
        targetKey(action.target),
        action.dependencyTargets.map(targetKey),
      ]),
    ),
  );
}

/** Whether others may read other rows in it now. */
function mayHaveChanged({ type, tasks }: ActionResult): boolean {
  if (type === "assertion") return false;
  return tasks.some((task) => task.type !== "reconcile" && !task.isUnchanged);
}

function whyNotRun(
  because: string,
  byKey: ReadonlyMap<string, ExecutionAction>,
  signal: AbortSignal | undefined,
): [ActionStatus, string] {
  if (signal?.aborted) return ["cancelled", "the run was cancelled"];
  const failed = byKey.get(because);
  return ["skipped", failed ? `${targetName(failed.target)} failed` : "a dependency failed"];
}

/** The result of an assertion that failed as a gate and so kept its table from being published. */
function resultOfGate(action: ExecutionAction, found: TaskResult): ActionResult {
  const { target, type, fileName, tags } = action;
  const { status, timing } = found;
  return { target, type, fileName, tags, status, tasks: [found], timing };
}

function resultWithoutTasks(
  action: ExecutionAction,
  status: ActionStatus,
  now: number,
  reason?: string,
): ActionResult {
  const { target, type, fileName, tags } = action;
  const timing = { startTimeMillis: now, endTimeMillis: now };
  return { target, type, fileName, tags, status, ...(reason && { reason }), tasks: [], timing };
}

function statusOf(actions: readonly ActionResult[], signal: AbortSignal | undefined): RunStatus {
  const unfinished = actions.some(({ status }) => status === "cancelled");
  if (signal?.aborted && unfinished) return signal.reason === "timeout" ? "timed_out" : "cancelled";
  // Without an aborted signal, an action is cancelled because the run lost its lock.
  return unfinished || actions.some(({ status }) => status === "failed") ? "failed" : "successful";
}
