import type { JitResult } from "../../compile/jit-code.ts";
import { runJitProcess } from "../../compile/processes/run-jit-process.ts";
import type { Database } from "../../database/database.ts";
import { RunnerError } from "../../errors.ts";
import type { ExecutionAction, ExecutionTask } from "../../plan/execution-graph.ts";
import { jitTasksOf } from "../../plan/tasks/tasks-of.ts";
import { targetName } from "../../target.ts";
import type { ExecuteOptions, JitPlan } from "../execute-options.ts";
import { type Failure, failureOf } from "../failure.ts";
import { jitAdapter } from "./jit-adapter.ts";

/**
 * Takes an action whose SQL is made by JiT code, runs the code and returns the action with its tasks,
 * or the failure; returns any other action as it is. SQL that the code executes is committed at once,
 * in a session of its own.
 */
export async function completeJit(
  action: ExecutionAction,
  database: Database,
  { jit: plan, signal, runId }: Pick<ExecuteOptions, "jit" | "signal" | "runId">,
): Promise<ExecutionAction | { failed: Failure }> {
  const { jit } = action;
  if (jit === undefined || plan === undefined) return action;
  const { timeoutMillis = 60_000 } = plan;
  const request = { ...jit, executionData: { executionId: runId } };
  let tasks: ExecutionTask[] = [];
  const failed = await failureOf(async () => {
    const result = await database.session(
      (session) => runJitProcess(request, { call: jitAdapter(session), timeoutMillis, signal }),
      signal,
    );
    tasks = tasksOf(action, result, plan);
  });
  return failed ? { failed } : { ...action, tasks };
}

function tasksOf(action: ExecutionAction, result: JitResult, plan: JitPlan): ExecutionTask[] {
  try {
    return jitTasksOf(action, result, plan);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `The JiT code of ${targetName(action.target)}: ${why}`;
    throw new RunnerError("COMPILATION_FAILED", message);
  }
}
