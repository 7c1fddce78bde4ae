import type { HistoryBatch } from "./history-rows.ts";
import type { RunEnd } from "./write-history.ts";

/** A queue of what is to be written; the run adds to it and never waits. */
export interface HistoryQueue {
  add(batch: HistoryBatch): void;
  /** Adds the end of the run, after which nothing is added. */
  end(end: RunEnd): void;
  /** The end of the run, once it is known. */
  ended(): Promise<RunEnd>;
  /**
   * Returns what to write next, a moment after it was added so that later items can join it; undefined
   * when nothing is left.
   */
  next(): Promise<HistoryBatch | undefined>;
  /** Confirms that the last result of `next` is written; otherwise `next` returns it again. */
  written(): void;
}

// A statement takes about a millisecond to parse and plan, whatever it writes.
const lingerMillis = 1000;
// A limit, so that thousands of actions that are skipped at once do not become one statement of many
// megabytes.
const mostActions = 500;

/** Makes an empty queue. */
export function createHistoryQueue(): HistoryQueue {
  let actions: HistoryBatch["actions"] = [];
  let assertions: HistoryBatch["assertions"] = [];
  let given: HistoryBatch = { actions: [], assertions: [] };
  let isOver = false;
  let wake = () => {};
  let end: (how: RunEnd) => void = () => {};
  const ended = new Promise<RunEnd>((resolve) => {
    end = resolve;
  });
  return {
    add(batch) {
      actions.push(...batch.actions);
      assertions.push(...batch.assertions);
      wake();
    },
    end(how) {
      isOver = true;
      end(how);
      wake();
    },
    ended: () => ended,
    async next() {
      if (actions.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (!isOver) await Promise.race([pause(), ended]);
      const batch = {
        actions: actions.slice(0, mostActions),
        assertions: assertions.slice(0, mostActions),
      };
      given = batch;
      return batch.actions.length === 0 ? undefined : batch;
    },
    written() {
      actions = actions.slice(given.actions.length);
      assertions = assertions.slice(given.assertions.length);
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lingerMillis).unref();
  });
}
