import type { DocsAction, DocsRun } from "../docs.ts";

/** One action of a run with when it began, in seconds since the first one began. */
export type RunAction = DocsRun["actions"][number];

/**
 * The actions that decided how long a run took: the one that ended last, before it the one of its
 * dependencies that ended last, and so on. Dependencies are those that the project has today.
 */
export function criticalPath(run: DocsRun, byKey: ReadonlyMap<string, DocsAction>): RunAction[] {
  const ran = run.actions.filter(({ status }) => status === "successful" || status === "failed");
  const inRun = new Map(ran.map((action) => [action.key, action]));
  const path: RunAction[] = [];
  for (let next = latest(ran); next !== undefined && !path.includes(next); ) {
    path.unshift(next);
    const { startedAt } = next;
    const before = dependenciesOf(next.key, byKey).flatMap((key) => inRun.get(key) ?? []);
    next = latest(before.filter((each) => Date.parse(each.endedAt) <= Date.parse(startedAt) + 5));
  }
  return path;
}

function dependenciesOf(key: string, byKey: ReadonlyMap<string, DocsAction>): string[] {
  const action = byKey.get(key);
  if (action === undefined) return [];
  return [...action.parents, ...action.waitsFor, ...action.checked].map((each) => each.key);
}

function latest(actions: readonly RunAction[]): RunAction | undefined {
  return actions.reduce<RunAction | undefined>(
    (last, each) => (last && Date.parse(last.endedAt) >= Date.parse(each.endedAt) ? last : each),
    undefined,
  );
}
