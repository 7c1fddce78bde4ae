import { closure, type Dag } from "../graph/dag.ts";
import type { ExecutionAction, ExecutionGraph } from "../plan/execution-graph.ts";
import type { RebuiltLater } from "../relation/dependents.ts";
import type { Dependent } from "../relation/read-dependents.ts";
import { targetKey } from "../target.ts";
import type { ExecuteOptions } from "./execute-options.ts";
import type { Unchanged } from "./proofs/unchanged.ts";

/** The relations that a run is still going to make. */
export interface StillToMake {
  /** Takes the `targetKey` of an action whose turn has come. */
  begin(key: string): void;
  /** Those that an action may leave away when they do not fit what it makes itself. */
  after(action: ExecutionAction): RebuiltLater;
}

/**
 * Takes a run. Of a run of what changed, an action that may be unchanged makes its relation again only when it is looked at
 * again, which is so behind the action that left it away.
 */
export function createStillToMake(
  { actions }: ExecutionGraph,
  dag: Dag,
  { unchanged, reused }: { unchanged: Unchanged } & Pick<ExecuteOptions, "reused">,
): StillToMake {
  const waiting = new Map(
    actions.filter(isMade).map((action) => [targetKey(action.target), action]),
  );
  for (const key of reused?.keys() ?? []) waiting.delete(key);
  const leftAway = new Map<string, Dependent>();
  return {
    begin: (key) => void waiting.delete(key),
    after: ({ target }) => ({
      leftAway,
      has(key) {
        const action = waiting.get(key);
        if (action === undefined || !unchanged.mayBe(action)) return action !== undefined;
        return closure(dag, [targetKey(target)], "children").has(key);
      },
    }),
  };
}

function isMade({ disabled, tasks, jit }: ExecutionAction): boolean {
  return !disabled && (tasks.length > 0 || jit !== undefined);
}
