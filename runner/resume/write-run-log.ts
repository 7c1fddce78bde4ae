import { randomUUID } from "node:crypto";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeOwnFolder } from "../own-files.ts";
import type { RunListener } from "../results/run-event.ts";
import type { ActionResult } from "../results/run-result.ts";
import { type Target, targetKey } from "../target.ts";
import type { RunLogHead, RunLogLine } from "./run-log.ts";
import type { Remainder } from "./what-remains.ts";

/** The file of a log, and the facts that its lines need. */
export interface RunLogOptions {
  path: string;
  head: RunLogHead;
  /** By `targetKey`. */
  fingerprints: ReadonlyMap<string, string>;
  /** What stays from the run that this one continues: a third one may continue this one. */
  remainder: Remainder;
  /** Told once when the log cannot be written; the run goes on. */
  onProblem: (message: string) => void;
}

/**
 * Puts a new log in the place of an older one, whole, and returns a listener that adds a line for
 * every transaction and finished action before the run goes on. Never throws.
 */
export function writeRunLog({ path, head, fingerprints, ...rest }: RunLogOptions): RunListener {
  const fingerprintOf = (target: Target) => fingerprints.get(targetKey(target)) ?? "";
  const actionLine = (result: ActionResult): RunLogLine => ({
    ...{ type: "action", fingerprint: fingerprintOf(result.target), result },
  });
  const log = openLog(path, rest.onProblem);
  const { reused, published } = rest.remainder;
  log.begin([head, ...[...reused.values()].map(actionLine), ...published.values()]);
  return (event) => {
    switch (event.type) {
      case "transactionStarted": {
        const { transactionId, action } = event;
        const fingerprint = fingerprintOf(action.target);
        log.add({ type: "transaction", target: action.target, fingerprint, transactionId });
        break;
      }
      case "actionFinished":
        log.add(actionLine(event.result));
        break;
      case "runFinished": {
        const { status, timing } = event.result;
        log.add({ type: "end", status, endTimeMillis: timing.endTimeMillis });
        log.close();
        break;
      }
      case "runStarted":
      case "actionStarted":
      case "actionWaiting":
      case "usualDurations":
      case "notice":
        break;
    }
  };
}

// The file stays open: another run in the same folder puts its own log under the name.
function openLog(path: string, onProblem: (message: string) => void) {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  let file: number | undefined;
  const give = (work: () => void) => {
    try {
      work();
    } catch (error) {
      // Without a file there is no stage either, and its folder may be none.
      if (file !== undefined) rmSync(stage, { force: true });
      close();
      const why = error instanceof Error ? error.message : String(error);
      onProblem(`${path} cannot be written, so --resume cannot continue this run: ${why}`);
    }
  };
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const add = (...lines: readonly RunLogLine[]) => {
    if (file !== undefined)
      writeWhole(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  };
  return {
    begin: (lines: readonly RunLogLine[]) =>
      give(() => {
        makeOwnFolder(dirname(path), dirname(dirname(path)));
        // What an older run has to say is wrong from now on, whether or not this can be written.
        rmSync(path, { force: true });
        // It holds samples of rows and the values of --vars.
        file = openSync(stage, "wx", 0o600);
        add(...lines);
        renameSync(stage, path);
      }),
    add: (line: RunLogLine) => give(() => add(line)),
    close,
  };
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
