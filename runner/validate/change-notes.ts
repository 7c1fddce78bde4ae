import type { ExecutionGraph } from "../plan/execution-graph.ts";
import { type Target, targetKey, targetName } from "../target.ts";

/** What a run of what changed would do with an action, in words. */
export interface ChangeNote {
  note: string;
  /** It would certainly not run. */
  isUnchanged: boolean;
}

/** Takes a graph in order; returns for each action of a run of what changed why it runs or not, by `targetKey`. */
export function changeNotes({ actions }: ExecutionGraph): ReadonlyMap<string, ChangeNote> {
  const notes = new Map<string, ChangeNote>();
  const behind = new Map<string, Target>();
  for (const { target, dependencyTargets, change, disabled } of actions) {
    const key = targetKey(target);
    const first = dependencyTargets.flatMap((each) => behind.get(targetKey(each)) ?? [])[0];
    if (first) behind.set(key, first);
    if (change?.runs !== false && !disabled) behind.set(key, target);
    if (change === undefined) continue;
    const since = change.runs ? "" : `unchanged since ${change.since}`;
    const doubt = first ? `; runs if ${targetName(first)} makes other rows` : "";
    const note = change.runs ? `runs: ${change.reason}` : since + doubt;
    notes.set(key, { note, isUnchanged: !change.runs && first === undefined });
  }
  return notes;
}
