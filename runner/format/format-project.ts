import { randomUUID } from "node:crypto";
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findProject } from "../compile/find-project.ts";
import { listProjectFiles } from "../compile/list-project-files.ts";
import { RunnerError } from "../errors.ts";
import { pathMatcher } from "../plan/selection/wildcards.ts";
import { nearestNames } from "../text/nearest-names.ts";
import { textOf } from "../text-file.ts";
import { type Formatted, formatFile } from "./format-file.ts";
import { type FormatSettings, readFormatSettings } from "./format-settings.ts";

/** Which files to format, and whether to change them. */
export interface FormatOptions {
  projectDir: string;
  /** Files and folders with wildcards; empty means all. */
  paths: readonly string[];
  withJavaScript: boolean;
  write: boolean;
}

/** What became of one file. */
export interface FileResult {
  /** Relative to the project. */
  fileName: string;
  status: "unchanged" | "changed" | "leftAlone";
  /** Why it was left alone. */
  reason?: string;
}

/**
 * Formats the .sqlx and .js files in `definitions`, `includes` and `unit_tests`. Throws when the
 * folder is no project, its format settings are wrong or a path matches no file.
 */
export async function formatProject(options: FormatOptions): Promise<FileResult[]> {
  const projectDir = findProject(options.projectDir);
  const ending = options.withJavaScript ? /\.(sqlx|js)$/ : /\.sqlx$/;
  const files = listProjectFiles(projectDir).filter(
    (file) => /^(definitions|includes|unit_tests)\//.test(file) && ending.test(file),
  );
  const settings = readFormatSettings(projectDir);
  const results: FileResult[] = [];
  for (const fileName of chosenFiles(files, options.paths)) {
    // A link in the project to another file of it stays one.
    const path = await realpath(join(projectDir, fileName));
    const formatted = formatBytes(fileName, await readFile(path), settings);
    if (formatted.status === "changed" && options.write) await replace(path, formatted.text);
    const reason = formatted.status === "leftAlone" ? { reason: formatted.reason } : {};
    results.push({ fileName, status: formatted.status, ...reason });
  }
  return results;
}

function formatBytes(fileName: string, bytes: Buffer, settings: FormatSettings): Formatted {
  try {
    return formatFile(fileName, textOf(bytes, fileName), settings);
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return { status: "leftAlone", reason: error.message };
  }
}

function chosenFiles(files: readonly string[], paths: readonly string[]): string[] {
  if (paths.length === 0) return [...files];
  const chosen = paths.flatMap((path) => {
    const found = files.filter(pathMatcher(path.replaceAll("\\", "/").replace(/^(\.\/)+/, "")));
    if (found.length > 0) return found;
    const near = nearestNames(path, [...files]);
    throw new RunnerError("SELECTION_EMPTY", `--actions: no file is "${path}"`, {
      hint: near.length > 0 ? `did you mean ${near.join(", ")}?` : "definitions/**/*.sqlx",
    });
  });
  return files.filter((file) => chosen.includes(file));
}

/** The file is the old or the new one at any moment, and keeps its permissions. */
async function replace(path: string, text: string): Promise<void> {
  const stage = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const { mode } = await stat(path);
    await writeFile(stage, text, { flag: "wx", mode });
    // The umask of the process has taken permissions away from the new file.
    await chmod(stage, mode);
    await rename(stage, path);
  } catch (cause) {
    throw new RunnerError("USAGE", `${path} cannot be written`, {
      hint: "check the permissions of the file and of its folder",
      cause,
    });
  } finally {
    await rm(stage, { force: true });
  }
}
