import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRunLog } from "../../../runner/resume/read-run-log.ts";
import type { RunLogHead } from "../../../runner/resume/run-log.ts";
import type { Remainder } from "../../../runner/resume/what-remains.ts";
import { writeRunLog } from "../../../runner/resume/write-run-log.ts";
import { targetKey } from "../../../runner/target.ts";
import { actionResult, runResult } from "../report/sample-run.ts";

const kept = actionResult("kept", { reused: true });
const target = { schema: "silver", name: "half" };
const transaction = { type: "transaction", target, fingerprint: "f", transactionId: "7" } as const;
const remainder: Remainder = {
  reused: new Map([[targetKey(kept.target), kept]]),
  published: new Map([[targetKey(target), transaction]]),
};

describe("the log of a run", () => {
  let folder: string;
  let problems: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "run-log-"));
    problems = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function start(path: string) {
    const head: RunLogHead = {
      ...{ type: "run", version: 1, runId: "second", project: basename(folder) },
      database: { system: "1", timeline: "1", database: "d (1)" },
      ...{ overrides: {}, runConfig: {}, startTimeMillis: 0 },
    };
    const fingerprints = new Map([[targetKey(kept.target), "k"]]);
    const onProblem = (message: string) => problems.push(message);
    return writeRunLog({ path, head, fingerprints, remainder, onProblem });
  }

  it("takes along what the run before has left, before anything is done", () => {
    const path = join(folder, "target", "run_state.jsonl");
    start(path);
    const log = readRunLog(path, folder);
    expect(log.transactions).toEqual([transaction]);
    expect([...log.finished.values()]).toEqual([
      { type: "action", fingerprint: "k", result: kept },
    ]);
    expect(log.end).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "target"))).toEqual(["run_state.jsonl"]);
  });

  it("goes on under its own file when another run has taken the name", () => {
    const path = join(folder, "run_state.jsonl");
    const first = start(path);
    start(path);
    const result = actionResult("late");
    first({ type: "actionFinished", result, finished: 1, total: 1 });
    first({ type: "runFinished", result: runResult([]) });
    expect(readRunLog(path, folder).finished.size).toBe(1);
    expect(problems).toEqual([]);
  });

  it("says once that it cannot be written, and lets the run go on", () => {
    writeFileSync(join(folder, "target"), "a file in the place of a folder");
    const log = start(join(folder, "target", "run_state.jsonl"));
    log({ type: "actionFinished", result: kept, finished: 1, total: 1 });
    log({ type: "runFinished", result: runResult([]) });
    expect(problems).toEqual([expect.stringContaining("--resume cannot continue this run")]);
  });
});
