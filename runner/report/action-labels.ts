import type { ExecutionGraph } from "../plan/execution-graph.ts";
import type { ActionResult } from "../results/run-result.ts";
import { type Target, targetKey, targetName } from "../target.ts";
import { visibleText } from "../text/terminal-text.ts";
import { reasonOf } from "./assertion-report.ts";
import { limitText } from "./limit-text.ts";

/** The name of an action in reports; its target when the action is not in the graph. */
export type Labels = ReadonlyMap<string, string>;

/** Takes a graph and returns what to call each action: a built-in assertion by its table and rule. */
export function labelsOf(graph: ExecutionGraph | undefined): Labels {
  return new Map(
    (graph?.actions ?? []).map(({ target, tasks }) => {
      const assertion = tasks.find((task) => task.type === "assertion");
      const label = assertion?.checks
        ? `${targetName(assertion.checks)}: ${assertion.rule}`
        : targetName(target);
      return [targetKey(target), oneLine(label)];
    }),
  );
}

/** What to call an action; one that is not in the graph by its target. */
export function labelOf(labels: Labels, target: Target): string {
  return labels.get(targetKey(target)) ?? oneLine(targetName(target));
}

/** Takes a result and returns why it did not run, other actions called by their labels. */
export function reasonIn(labels: Labels, result: ActionResult): string {
  const failed = result.reason?.endsWith(failedWord) && result.reason.slice(0, -failedWord.length);
  if (!failed) return reasonOf(result);
  const label = byNameOf(labels).get(failed);
  return label === undefined ? reasonOf(result) : `because ${label}${failedWord}`;
}

// Thousands of actions may be skipped, each because of another.
const byNames = new WeakMap<Labels, ReadonlyMap<string, string>>();

function byNameOf(labels: Labels): ReadonlyMap<string, string> {
  const known = byNames.get(labels);
  if (known) return known;
  const byName = new Map<string, string>();
  for (const [key, label] of labels) {
    const [schema = "", name = ""] = JSON.parse(key) as string[];
    byName.set(targetName({ schema, name }), label);
  }
  byNames.set(labels, byName);
  return byName;
}

const failedWord = " failed";

function oneLine(text: string): string {
  return visibleText(limitText(text, 500)).replace(/\s+/g, " ");
}
