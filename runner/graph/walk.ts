import type { Dag } from "./dag.ts";

/** How to walk a graph; the callbacks must not throw. */
export interface WalkOptions {
  /** Nodes visited at the same time, at least 1. */
  concurrency: number;
  /** Visits a node whose parents all returned true; false keeps its descendants from running. */
  visit: (node: string) => Promise<boolean>;
  /** Called once for every descendant of a node that returned false, with that node. */
  onSkipped: (node: string, because: string) => void;
  /** Called once for every node not started when the signal was aborted. */
  onCancelled: (node: string) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Visits every node once its parents are done, and accounts for every node exactly once: visited,
 * skipped or cancelled.
 */
export async function walk(dag: Dag, options: WalkOptions): Promise<void> {
  const missing = new Map(dag.nodes.map((node) => [node, dag.parents.get(node)?.size ?? 0]));
  const ready = dag.nodes.filter((node) => missing.get(node) === 0);
  const pending = new Set(dag.nodes);
  const running = new Set<Promise<void>>();

  const skipDescendants = (failed: string): void => {
    const next = [...(dag.children.get(failed) ?? [])];
    for (const node of next) {
      if (!pending.delete(node)) continue;
      options.onSkipped(node, failed);
      next.push(...(dag.children.get(node) ?? []));
    }
  };
  const release = (done: string): void => {
    for (const child of dag.children.get(done) ?? []) {
      const left = (missing.get(child) ?? 0) - 1;
      missing.set(child, left);
      if (left === 0 && pending.has(child)) ready.push(child);
    }
  };
  const start = (node: string): void => {
    pending.delete(node);
    const visit = options.visit(node).then((succeeded) => {
      running.delete(visit);
      if (succeeded) release(node);
      else skipDescendants(node);
    });
    running.add(visit);
  };

  do {
    while (!options.signal?.aborted && running.size < options.concurrency) {
      const node = ready.shift();
      if (node === undefined) break;
      if (pending.has(node)) start(node);
    }
    if (running.size > 0) await Promise.race(running);
  } while (running.size > 0 || (ready.length > 0 && !options.signal?.aborted));
  for (const node of pending) options.onCancelled(node);
}
