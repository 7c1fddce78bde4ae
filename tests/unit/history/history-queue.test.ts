import { afterEach, expect, it, vi } from "vitest";
import { createHistoryQueue } from "../../../runner/history/history-queue.ts";
import { actionRow, historyJson } from "../../../runner/history/history-rows.ts";
import type { ActionResult } from "../../../runner/results/run-result.ts";

afterEach(() => {
  vi.useRealTimers();
});

const end = { endTimeMillis: 0, status: "successful", exitCode: 0 };

function batchOf(name: string, count = 1) {
  const result: ActionResult = {
    target: { schema: "shop", name },
    type: "table",
    status: "successful",
    fileName: "a.sqlx",
    tags: [],
    timing: { startTimeMillis: 0, endTimeMillis: 1 },
    tasks: [],
  };
  return { actions: Array.from({ length: count }, () => actionRow(result, {})), assertions: [] };
}

/** Names of the actions to write next. */
async function nextOf(queue: ReturnType<typeof createHistoryQueue>) {
  const batch = await queue.next();
  return batch?.actions.map(({ action_name }) => action_name);
}

it("gives the results of a second as one batch, and the last ones when the run ends", async () => {
  vi.useFakeTimers();
  const queue = createHistoryQueue();
  const first = nextOf(queue);
  queue.add(batchOf("a"));
  await vi.advanceTimersByTimeAsync(900);
  queue.add(batchOf("b"));
  await vi.advanceTimersByTimeAsync(100);
  expect(await first).toEqual(["a", "b"]);
  // What was not written comes again, with what came since.
  queue.add(batchOf("c"));
  const second = nextOf(queue);
  await vi.advanceTimersByTimeAsync(10);
  queue.end(end);
  expect(await second).toEqual(["a", "b", "c"]);
  queue.written();
  expect(await nextOf(queue)).toBeUndefined();
  expect(await queue.ended()).toBe(end);
});

it("gives at most 500 results at once", async () => {
  const queue = createHistoryQueue();
  queue.add(batchOf("a", 1200));
  queue.end(end);
  const sizes = [];
  for (let batch = await queue.next(); batch; batch = await queue.next()) {
    sizes.push(batch.actions.length);
    queue.written();
  }
  expect(sizes).toEqual([500, 500, 200]);
});

it("writes JSON that PostgreSQL takes", () => {
  const texts = ["plain \\u0000", "a\0b", "half \ud83d", "whole 😀", { key: ["\udc00"] }];
  expect(JSON.parse(historyJson(texts))).toEqual([
    "plain \\u0000",
    "a\uFFFDb",
    "half \uFFFD",
    "whole 😀",
    { key: ["\uFFFD"] },
  ]);
});
