import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RunnerError } from "../runner/errors.ts";
import { makeFolder } from "../runner/own-files.ts";
import type { Truth } from "./truth.ts";

const chunkLength = 64 * 1024;

/**
 * Lets a load write the expected result of each row, one JSON object a line, and the totals at the
 * end. The file, whose folders are made, is replaced only when the load succeeds and adds rows, so that
 * a second command keeps the truth of the first. Without a path nothing is written.
 */
export async function withTruthFile<T>(
  path: string | undefined,
  load: (settings: { onTruth?: (truth: Truth) => void }) => Promise<T>,
): Promise<T> {
  if (path === undefined) return load({});
  const draft = openDraft(`${path}.partial`, path);
  try {
    const result = await load({ onTruth: draft.add });
    if (draft.isEmpty() && existsSync(path)) {
      rmSync(draft.path);
      return result;
    }
    draft.finish();
    renameSync(draft.path, path);
    return result;
  } catch (error) {
    rmSync(draft.path, { force: true });
    throw error;
  } finally {
    closeSync(draft.file);
  }
}

function openDraft(path: string, wanted: string) {
  const file = openFile(path, wanted);
  const totals: Record<string, number> = {};
  let text = "";
  const flush = () => {
    writeSync(file, text);
    text = "";
  };
  const add = (truth: Truth) => {
    for (const name of countedNames(truth)) totals[name] = (totals[name] ?? 0) + 1;
    text += `${JSON.stringify(truth)}\n`;
    if (text.length >= chunkLength) flush();
  };
  const finish = () => {
    text += `${JSON.stringify({ totals })}\n`;
    flush();
  };
  return { path, file, add, finish, isEmpty: () => totals.rows === undefined };
}

function openFile(path: string, wanted: string): number {
  try {
    makeFolder(dirname(path));
    return openSync(path, "w");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RunnerError("USAGE", `--truth is not a file that can be written: ${wanted}`, {
      hint: reason,
    });
  }
}

/** What one row adds 1 to: `rows`, `staged`, `quarantined: no_time`,
 * `not_conclusive: error`, `late`, `rto: breached`, … */
export function countedNames(truth: Truth): string[] {
  const { disposition, reason, outcome, traits, recovery } = truth;
  return [
    "rows",
    disposition,
    ...(disposition === "quarantined" ? [`quarantined: ${reason}`] : []),
    ...(disposition === "not_conclusive" ? [`not_conclusive: ${outcome}`] : []),
    ...traits,
    ...(recovery === null ? [] : [`rto: ${recovery.rto_result}`, `rpo: ${recovery.rpo_result}`]),
  ];
}
