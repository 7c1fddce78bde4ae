import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createConsoleReporter } from "../../../runner/report/console/console-reporter.ts";
import { createLiveBlock } from "../../../runner/report/console/live-block.ts";
import type { ActionResult } from "../../../runner/results/run-result.ts";
import { targetKey } from "../../../runner/target.ts";
import { createScreen } from "../../support/screen.ts";
import {
  actionResult,
  everythingHostile,
  failedResult,
  graphOf,
  passedWithRows,
  runResult,
} from "./sample-run.ts";

const begin = Date.UTC(2026, 0, 1, 0, 0, 0);

beforeEach(() => {
  vi.useFakeTimers({ now: begin, toFake: ["Date", "setInterval", "clearInterval"] });
});
afterEach(() => void vi.useRealTimers());

/** A run of these results on a screen. */
function liveRun(results: ActionResult[], columns = 80, rows = 24) {
  const screen = createScreen(columns, rows);
  const live = createLiveBlock(screen);
  const listener = createConsoleReporter({
    ...{ write: live.write, color: false, live, startedAtMillis: begin },
    get width() {
      return screen.columns;
    },
  });
  const graph = graphOf(results);
  listener({ type: "runStarted", graph, database: "postgres://me@host/db" });
  const actionAt = (index: number) => graph.actions[index] ?? expect.fail(`no action ${index}`);
  return {
    ...{ screen, live, listener, graph },
    start: (...indexes: number[]) => {
      for (const index of indexes) listener({ type: "actionStarted", action: actionAt(index) });
    },
    waits: (index: number, waitsFor: string[]) =>
      listener({ type: "actionWaiting", action: actionAt(index), waitsFor }),
    finish: (...indexes: number[]) => {
      for (const index of indexes) {
        const result = results[index] ?? expect.fail(`no result ${index}`);
        listener({ type: "actionFinished", result, finished: index + 1, total: results.length });
      }
    },
    end: () => listener({ type: "runFinished", result: runResult(results) }),
    /** Lets so many seconds pass. */
    pass: (seconds: number) => void vi.advanceTimersByTime(seconds * 1000),
  };
}

const three = ["orders", "customers", "revenue"].map((name) => actionResult(name));

it("shows how far the run is, what runs and since when, below what is done", async () => {
  const run = liveRun(three);
  run.start(0, 1);
  run.pass(65);
  expect(await run.screen.lines()).toEqual([
    "postgres://me@host/db",
    "0 of 3 done in 1 min 5 s",
    " 1 min 5 s  silver.orders",
    " 1 min 5 s  silver.customers",
  ]);
  run.finish(0);
  run.start(2);
  run.pass(2);
  expect(await run.screen.lines()).toEqual([
    "postgres://me@host/db",
    "[1/3]  successful  table        silver.orders                  1.50 s",
    "1 of 3 done in 1 min 7 s",
    " 1 min 7 s  silver.customers",
    "       2 s  silver.revenue",
  ]);
  expect(await run.screen.cursor()).toEqual({ row: 5, column: 0, isVisible: true });
  run.finish(1, 2);
  run.end();
  expect((await run.screen.lines()).join("\n")).toMatch(
    /^postgres.*\n\[1.*\n\[2.*\n\[3.*\n\nRun successful: 3 actions.*\n?$/,
  );
});

it("says of whom an action waits for a lock, until it goes on", async () => {
  const run = liveRun(three);
  run.start(0, 1);
  run.waits(1, ["process 4711 (alice, psql)"]);
  run.pass(1);
  const waiting = "       1 s  waits for a lock of process 4711 (alice, psql): silver.customers";
  expect((await run.screen.lines()).slice(2)).toEqual([waiting, "       1 s  silver.orders"]);
  run.waits(1, []);
  run.pass(1);
  expect((await run.screen.lines()).slice(3)).toEqual(["       2 s  silver.customers"]);
});

it("counts failures and warnings, and estimates the end from what actions usually take", async () => {
  const results = [failedResult("broken", "no"), passedWithRows("warning", 3), ...three];
  const run = liveRun(results);
  const seconds = new Map(
    [
      ["orders", 30],
      ["customers", 10],
      ["revenue", 60],
      ["broken", 1],
    ].map(([name, each]) => [targetKey({ schema: "silver", name: String(name) }), Number(each)]),
  );
  run.listener({ type: "usualDurations", seconds });
  run.finish(0, 1);
  run.start(2);
  run.pass(10);
  const shown = (await run.screen.lines()).join("\n");
  // The longest action takes a minute, longer than 90 s in four threads.
  expect(shown).toMatch(
    /^2 of 5 done in 10 s, 1 failed, 1 warning, about 1 min left \(until \d\d:\d\d\)$/m,
  );
  expect(shown).toContain("      10 s  silver.orders (usually 30 s)");
  run.finish(2);
  run.start(3, 4);
  run.pass(600);
  expect((await run.screen.lines()).at(-3)).toContain("1 warning, longer than usual");
});

it("has never more lines than the terminal, nor wider ones, whatever names are made of", async () => {
  const names = [
    everythingHostile,
    "日本語の表".repeat(30),
    "👩‍👩‍👧".repeat(60),
    "क्षि".repeat(80),
    "e\u0301".repeat(200),
    ...Array.from({ length: 20 }, (_, index) => `model_${index}_${"x".repeat(90)}`),
  ];
  for (const [columns, rows] of [
    [80, 24],
    [40, 8],
    [20, 3],
    [120, 2],
    [30, 1],
  ] as const) {
    const results = names.map((name) => actionResult(name));
    const run = liveRun(results, columns, rows);
    run.start(...results.keys());
    for (let second = 0; second < 3; second += 1) run.pass(1);
    const [first = "", ...block] = await run.screen.lines();
    expect(first + block[0]).toContain("postgres");
    run.end();
    // Had a line been broken by the terminal, the block would not have been taken away as a whole.
    expect((await run.screen.lines()).join("\n")).not.toMatch(/model_|done in|日本/);
  }
});

it("follows the size of the terminal", async () => {
  const results = Array.from({ length: 6 }, (_, index) =>
    actionResult(`model_${index}_${"x".repeat(70)}`),
  );
  const run = liveRun(results, 100, 20);
  run.start(0, 1, 2, 3);
  run.pass(1);
  for (const [columns, rows] of [
    [50, 20],
    [90, 20],
    [30, 20],
    [35, 20],
    [35, 7],
    [100, 20],
  ] as const) {
    await run.screen.resize(columns, rows);
    run.pass(1);
    const lines = await run.screen.lines();
    expect(lines.filter((line) => line.includes("done in"))).toHaveLength(1);
    expect(lines[0]).toBe("postgres://me@host/db");
  }
  run.finish(0, 1, 2, 3);
  await run.screen.resize(40, 20);
  run.finish(4, 5);
  run.end();
  const lines = await run.screen.lines();
  expect(lines.filter((line) => line.includes("done in"))).toHaveLength(0);
  expect(lines.filter((line) => line.startsWith("["))).toHaveLength(6);
});

it("gives way to what somebody else writes, and begins anew after a pause of the process", async () => {
  const run = liveRun(three);
  run.start(0);
  run.live.hide();
  run.screen.write("somebody else\n");
  run.pass(1);
  expect((await run.screen.lines()).slice(1)).toEqual([
    "somebody else",
    "0 of 3 done in 1 s",
    "       1 s  silver.orders",
  ]);
  run.screen.write("^Z\nstopped\n$ fg\n");
  process.emit("SIGCONT");
  run.pass(1);
  const lines = await run.screen.lines();
  expect(lines).toContain("$ fg");
  expect(lines.at(-1)).toBe("       2 s  silver.orders");
  run.live.end();
  expect((await run.screen.lines()).at(-1)).toBe("$ fg");
});
