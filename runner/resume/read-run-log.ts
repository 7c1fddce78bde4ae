import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { RunnerError } from "../errors.ts";
import { targetKey } from "../target.ts";
import {
  type RunLogAction,
  type RunLogEnd,
  type RunLogHead,
  type RunLogLine,
  type RunLogTransaction,
  runLogVersion,
} from "./run-log.ts";

/** The recorded state of an earlier run. */
export interface EarlierRun {
  head: RunLogHead;
  /** The last word on each action, by `targetKey`. */
  finished: ReadonlyMap<string, RunLogAction>;
  transactions: readonly RunLogTransaction[];
  /** Absent when the run was killed. */
  end?: RunLogEnd;
}

/**
 * Reads the log of a project's last run. Throws USAGE when there is none, or when it is damaged, of
 * another version or of another project: then nothing of it is used.
 */
export function readRunLog(path: string, projectDir: string): EarlierRun {
  const [head, ...lines] = linesOf(readText(path), path);
  if (head?.type !== "run" || head.version !== runLogVersion || !head.database) {
    throw unusable(path, "is no log of a run by this version");
  }
  if (head.project !== basename(projectDir)) {
    throw unusable(path, `belongs to the project ${JSON.stringify(head.project)}`);
  }
  const actions = lines.filter((line) => line.type === "action");
  const end = lines.find((line) => line.type === "end");
  return {
    head,
    finished: new Map(actions.map((line) => [targetKey(line.result.target), line])),
    transactions: lines.filter((line) => line.type === "transaction"),
    ...(end && { end }),
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw unusable(path, `cannot be read: ${(error as Error).message}`);
    }
    throw new RunnerError("USAGE", `There is no run to continue: ${path} does not exist.`, {
      hint: "Run without --resume first.",
    });
  }
}

/** A run that was killed may have left half a last line; that action counts as not finished. */
function linesOf(text: string, path: string): RunLogLine[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole.split("\n").flatMap((line, index) => {
    if (line === "") return [];
    const parsed = parseLine(line);
    if (parsed === undefined) throw unusable(path, `is damaged in line ${index + 1}`);
    return [parsed];
  });
}

function parseLine(text: string): RunLogLine | undefined {
  try {
    const line = JSON.parse(text);
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

function isLine(line: Partial<RunLogLine> | null): line is RunLogLine {
  switch (line?.type) {
    case "run":
      return typeof line.runId === "string" && isObject(line.overrides) && isObject(line.runConfig);
    case "transaction":
      return isTarget(line.target) && /^\d+$/.test(line.transactionId ?? "");
    case "action":
      return isTarget(line.result?.target) && Array.isArray(line.result?.tasks);
    case "end":
      return typeof line.status === "string";
    case undefined:
      return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isTarget(target: { schema?: unknown; name?: unknown } | undefined): boolean {
  return typeof target?.schema === "string" && typeof target.name === "string";
}

function unusable(path: string, why: string): RunnerError {
  return new RunnerError("USAGE", `There is no run to continue: ${path} ${why}.`, {
    hint: "Run without --resume.",
  });
}
