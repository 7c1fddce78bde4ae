import { readFileSync } from "node:fs";
import { join } from "node:path";
import { safeMessage } from "../../runner/pages/safe-message.ts";

/** How the newest run of the project ended, as far as a reader of the numbers has to know. */
export interface NewestRun {
  status: string;
  endedAtMillis: number;
  /** What failed, with the first line of its error. */
  failures: { name: string; message: string | undefined }[];
}

interface RunFile {
  database?: string;
  status?: string;
  timing?: { endTimeMillis?: number };
  actions?: {
    target?: { schema?: string; name?: string };
    status?: string;
    tasks?: Task[];
  }[];
}

interface Task {
  error?: { message?: string };
}

/**
 * Reads the newest run from `target/run_results.json`; undefined when there is none, it cannot be
 * read, or it worked on another database. Without `withSamples` no value is in a message.
 */
export function newestRun(
  projectDir: string,
  database: string,
  withSamples: boolean,
): NewestRun | undefined {
  const file = readRunFile(join(projectDir, "target", "run_results.json"));
  if (file?.status === undefined || file.database !== database) return undefined;
  const failed = (file.actions ?? []).filter(({ status }) => status === "failed");
  return {
    status: file.status,
    endedAtMillis: file.timing?.endTimeMillis ?? 0,
    failures: failed.map(({ target, tasks = [] }) => ({
      name: target?.name ?? "an action",
      message: messageOf(tasks, withSamples),
    })),
  };
}

function messageOf(tasks: readonly Task[], withSamples: boolean): string | undefined {
  const message = tasks.find(({ error }) => error)?.error?.message;
  return safeMessage(message ?? null, withSamples) ?? undefined;
}

function readRunFile(path: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
